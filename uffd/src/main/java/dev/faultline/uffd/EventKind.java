package dev.faultline.uffd;

/** What an event of a userfaultfd tells. Source: UFFD_EVENT_*, linux/userfaultfd.h, Linux 6.18. */
public enum EventKind {
    /** A thread waits for a page. */
    PAGE_FAULT(0x12),
    /** The process forked; the child's memory has a userfaultfd of its own. Needs EVENT_FORK. */
    FORK(0x13),
    /** A mapping moved, and its registration with it. Needs EVENT_REMAP. */
    REMAP(0x14),
    /** Pages were given back by madvise(2). Needs EVENT_REMOVE. */
    REMOVE(0x15),
    /** A mapping is gone. Needs EVENT_UNMAP. */
    UNMAP(0x16),
    /** An event of a newer kernel. */
    UNKNOWN(0);

    private final byte code;

    EventKind(int code) {
        this.code = (byte) code;
    }

    byte code() {
        return code;
    }

    static EventKind of(byte code) {
        return switch (code) {
            case 0x12 -> PAGE_FAULT;
            case 0x13 -> FORK;
            case 0x14 -> REMAP;
            case 0x15 -> REMOVE;
            case 0x16 -> UNMAP;
            default -> UNKNOWN;
        };
    }
}
