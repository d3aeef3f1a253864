/** The checks of an inspection: each looks at one thing, and changes nothing. */
package dev.faultline.guest.qemu.check;
