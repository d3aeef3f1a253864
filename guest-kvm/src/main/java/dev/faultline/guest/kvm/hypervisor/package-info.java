/** /dev/kvm: a virtual machine with one block of memory, its virtual CPUs, and their state. */
package dev.faultline.guest.kvm.hypervisor;
