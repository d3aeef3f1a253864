/** What QEMU tells of the machine, with Java types: its memory blocks, its devices, its run state, its migrations. */
package dev.faultline.guest.qemu.machine;
