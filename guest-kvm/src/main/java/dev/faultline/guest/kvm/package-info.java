/** The micro-VM: memory, virtual CPUs and devices. */
package dev.faultline.guest.kvm;
