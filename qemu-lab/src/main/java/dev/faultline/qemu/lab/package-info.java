/** Virtual machines as QEMU processes, and everything that belongs to one. */
package dev.faultline.qemu.lab;
