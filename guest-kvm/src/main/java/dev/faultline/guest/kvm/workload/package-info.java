/** What the guest does: its settings, where its memory is, what a page holds, and how far it has come. */
package dev.faultline.guest.kvm.workload;
