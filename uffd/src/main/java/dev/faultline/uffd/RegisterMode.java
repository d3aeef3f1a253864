package dev.faultline.uffd;

import java.util.Set;

/** What a registered range reports. Source: UFFDIO_REGISTER_MODE_*, linux/userfaultfd.h, Linux 6.18. */
public enum RegisterMode {
    /** First touch of a page that does not exist: not in the page table and, for shared memory, not in the file. */
    MISSING(1),
    /** A write to a page that is write-protected. */
    WRITE_PROTECT(2),
    /** First touch of a page that the file holds and this mapping does not map yet. Shared memory only. */
    MINOR(4);

    private final long bit;

    RegisterMode(long bit) {
        this.bit = bit;
    }

    /** {@return its bit in UFFDIO_REGISTER} */
    public long mask() {
        return bit;
    }

    /**
     * {@return the bits of some modes}
     *
     * @param modes which
     */
    public static long mask(Set<RegisterMode> modes) {
        long mask = 0;
        for (RegisterMode mode : modes) {
            mask |= mode.bit;
        }
        return mask;
    }
}
