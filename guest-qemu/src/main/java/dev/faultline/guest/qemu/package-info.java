/** An unmodified QEMU as a guest of a migration. */
package dev.faultline.guest.qemu;
