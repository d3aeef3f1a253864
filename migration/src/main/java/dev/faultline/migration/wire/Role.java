package dev.faultline.migration.wire;

/** What a connection carries. Faults have their own, so that they never queue behind bulk pages. */
public enum Role {
    CONTROL,
    PAGES,
    FAULTS
}
