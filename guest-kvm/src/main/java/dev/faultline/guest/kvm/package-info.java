/** The process that runs one micro-VM: its memory, its userfaultfd, its machine and its control socket. */
package dev.faultline.guest.kvm;
