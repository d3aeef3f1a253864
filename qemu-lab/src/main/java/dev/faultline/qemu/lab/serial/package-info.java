/** What guests print on their serial ports, and whether it goes on from one machine to the next. */
package dev.faultline.qemu.lab.serial;
