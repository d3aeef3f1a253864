package dev.faultline.conformance.subject;

/** What a program may need of its subject. */
public enum Need {
    /** A pool of huge pages of 2 MiB. */
    HUGE_PAGES,
    /** Swap. */
    SWAP,
    /** System calls by number, with arguments that the library does not let through. */
    RAW_CALLS,
    /** Transparent huge pages. */
    TRANSPARENT_HUGE_PAGES,
    /** The right to become another user. */
    USERS,
    /** mlock(2). */
    LOCKED_MEMORY,
    /** Kinds of memory that are there to be refused: SysV segments, files on disks, and so on. */
    OTHER_MEMORY
}
