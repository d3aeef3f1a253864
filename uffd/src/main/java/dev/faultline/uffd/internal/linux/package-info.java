/** Every native call of the project: syscalls, the few libc functions, and the constants of the kernel's headers. */
package dev.faultline.uffd.internal.linux;
