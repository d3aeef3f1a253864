package dev.faultline.guest.qemu.inspection;

/** Which part a QEMU plays in a migration. */
public enum QemuRole {
    /** Its machine moves away. */
    SOURCE,
    /** It waits for a machine. */
    DESTINATION
}
