package dev.faultline.qemu.lab;

/** Which guest runs. */
public enum GuestKind {
    /** Debian's kernel with the workload as a program; with a disk if there is one. */
    LINUX,
    /** The workload in a ROM, at privilege level 3: the one for a KVM on which Debian's kernel does not boot. */
    ROM
}
