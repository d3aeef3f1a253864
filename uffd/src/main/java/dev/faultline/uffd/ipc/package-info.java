/** Unix sockets that carry file descriptors (SCM_RIGHTS). */
package dev.faultline.uffd.ipc;
