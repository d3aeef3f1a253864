package dev.faultline.conformance.subject;

/** What a program may need of its subject. */
public enum Need {
    /** A pool of huge pages of 2 MiB. */
    HUGE_PAGES,
    /** Swap, for shared memory. */
    SWAP_OF_FILES,
    /** Swap, for private memory. */
    SWAP_OF_PRIVATE_PAGES,
    /** System calls by number, with arguments that the library does not let through. */
    RAW_CALLS,
    /** Transparent huge pages. */
    TRANSPARENT_HUGE_PAGES,
    /** The right to become another user. */
    ROOT
}
