package dev.faultline.uffd;

import java.util.EnumSet;
import java.util.Set;

/** What PAGEMAP_SCAN can say of a page. Source: PAGE_IS_*, linux/fs.h, Linux 6.18. */
public enum PageCategory {
    /** Its mapping is registered with a userfaultfd that has WP_ASYNC. */
    WRITE_TRACKED(0x1),
    /** It was written since it was last protected. */
    WRITTEN(0x2),
    /** It is backed by a file. */
    FILE(0x4),
    /** It is in memory and mapped. */
    PRESENT(0x8),
    /** It is in swap, or marked. */
    SWAPPED(0x10),
    /** It is the kernel's page of zeros. */
    ZERO(0x20),
    /** It is mapped as (part of) a huge page. */
    HUGE(0x40),
    /** It has the soft-dirty mark. */
    SOFT_DIRTY(0x80),
    /** It is a guard (6.14). */
    GUARD(0x100);

    private final long bit;

    PageCategory(long bit) {
        this.bit = bit;
    }

    /** {@return its bit} */
    public long mask() {
        return bit;
    }

    /**
     * {@return the categories that a mask names; bits of newer kernels are left out}
     *
     * @param mask as a scan reported it
     */
    public static Set<PageCategory> of(long mask) {
        Set<PageCategory> found = EnumSet.noneOf(PageCategory.class);
        for (PageCategory category : values()) {
            if ((mask & category.bit) != 0) {
                found.add(category);
            }
        }
        return found;
    }
}
