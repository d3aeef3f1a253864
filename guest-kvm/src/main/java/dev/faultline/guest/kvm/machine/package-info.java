/** Machines that run the guest: on KVM, or with threads of this process in place of vCPUs. */
package dev.faultline.guest.kvm.machine;
