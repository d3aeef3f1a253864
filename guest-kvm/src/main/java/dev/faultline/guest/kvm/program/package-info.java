/** The guest's program, and the memory image it starts from. */
package dev.faultline.guest.kvm.program;
