/**
 * The control socket of a guest process: one JSON object per line, both ways, and its two clients.
 *
 * <pre>
 *   server: {"faultline": {"version": "0.1.0", "machine": "kvm", "why": "/dev/kvm is usable"}}
 *   client: {"execute": "pause", "id": 7}
 *   server: {"return": {}, "id": 7}
 *   client: {"execute": "load-state", "arguments": {"state": "AAEC"}, "id": 8}
 *   server: {"error": {"class": "WrongState", "desc": "load-state needs an incoming guest; this one is paused"}, "id": 8}
 * </pre>
 *
 * The commands of one connection are carried out in their order; several connections are served at once. {@code query}
 * and {@code quit} are always taken; what changes the guest is taken from anybody while no engine is attached, and only
 * from the attached engine's connection otherwise. {@code throttle}, which takes {@code percent} of each vCPU's time from
 * the running guest (0 to 99), is taken from the attached engine only, and ends with a pause or with the attachment.
 */
package dev.faultline.guest.kvm.control;
