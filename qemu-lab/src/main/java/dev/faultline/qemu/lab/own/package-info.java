/** QEMU's own live migration, to compare with. */
package dev.faultline.qemu.lab.own;
