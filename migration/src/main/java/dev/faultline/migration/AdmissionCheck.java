package dev.faultline.migration;

/** What a destination looks at before it lets a guest in. */
public enum AdmissionCheck {
    /** Nothing: the guest's memory is not this host's, or its owner has looked already. */
    NONE,
    /** Huge pages and file systems, which nobody can have more of than there is. */
    OVERCOMMIT,
    /** These, and that the host has memory for all of the guest. */
    ALL
}
