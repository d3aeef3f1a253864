/** QEMU's machine protocol, as much as the lab needs of it. */
package dev.faultline.qemu.lab.qmp;
