/** What can be moved safely, and what cannot: findings about a QEMU. */
package dev.faultline.guest.qemu.inspection;
