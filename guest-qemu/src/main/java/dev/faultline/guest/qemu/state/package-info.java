/** The device state: QEMU's own migration without the guest's memory, into an array of bytes and out of one. */
package dev.faultline.guest.qemu.state;
