/**
 * The control socket of a move: one word or one JSON object per line, and one JSON object for each in answer.
 *
 * <pre>
 *   client: status
 *   server: {"ok":true,"message":"pre-copy","progress":{"phase":"pre-copy","round":1,...},"decision":{...}}
 *   client: {"execute":"cancel"}
 *   server: {"ok":false,"message":"the guest runs on the destination already"}
 * </pre>
 */
package dev.faultline.cli.operator;
