/** Which guest a command is about, of whatever kind of machine. */
package dev.faultline.cli.attach;
