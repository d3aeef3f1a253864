package dev.faultline.guest.kvm;

/** What a guest is to run on. */
public enum MachineChoice {
    /** KVM where it is usable, native threads otherwise. */
    AUTO,
    /** KVM, or nothing. */
    KVM,
    /** Native threads of the guest's process. */
    NATIVE
}
