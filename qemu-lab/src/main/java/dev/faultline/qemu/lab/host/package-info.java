/** Programs of the host, and what tests leave on it. */
package dev.faultline.qemu.lab.host;
