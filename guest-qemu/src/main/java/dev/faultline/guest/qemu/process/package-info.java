/** QEMU as a process of this host: which one it is, that no other engine has it, and what it complained of. */
package dev.faultline.guest.qemu.process;
