/** The bytes of a machine's state: little-endian numbers and length-prefixed blocks, checked as they are read. */
package dev.faultline.guest.kvm.state;
