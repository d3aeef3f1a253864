package dev.faultline.model;

/** What madvise(2) can be told, as far as the model knows it. Source: asm-generic/mman-common.h, Linux 6.18. */
public enum Advice {
    /** MADV_DONTNEED: drops the mapping's pages; those of a file stay in the file. */
    DONTNEED,
    /** MADV_DONTNEED_LOCKED: the same here, where nothing is locked. */
    DONTNEED_LOCKED,
    /** MADV_FREE: pages may go when memory is short. It never is in the model, so only those in swap go. */
    FREE,
    /** MADV_REMOVE: punches a hole into the file. */
    REMOVE,
    /** MADV_POPULATE_READ: touches every page as a load. */
    POPULATE_READ,
    /** MADV_POPULATE_WRITE: touches every page as a store. */
    POPULATE_WRITE,
    /** MADV_PAGEOUT: puts pages into swap, if there is swap and no other mapping has them. */
    PAGEOUT,
    /** MADV_WILLNEED: nothing that can be seen here. */
    WILLNEED,
    /** MADV_COLLAPSE: makes all pages of each 2 MiB of a file's mapping present. There are no transparent huge pages. */
    COLLAPSE,
    /** MADV_DONTFORK: a child does not get the mapping. */
    DONTFORK,
    /** MADV_DOFORK: a child gets it again. */
    DOFORK,
    /** MADV_GUARD_INSTALL: drops the pages; a touch is a SIGSEGV from then on. */
    GUARD_INSTALL,
    /** MADV_GUARD_REMOVE: ends that. */
    GUARD_REMOVE
}
