package dev.faultline.model.memory;

import org.jspecify.annotations.Nullable;

/** A page table entry. None is null. Source: include/linux/swapops.h and asm/pgtable.h, Linux 6.18. */
public sealed interface Pte {
    /** {@return whether it has the uffd-wp bit, in memory, in swap, or as a marker} */
    boolean isProtected();

    /** {@return the entry without the uffd-wp bit; null if that was all} */
    @Nullable
    Pte withoutProtection();

    /**
     * A page that is there.
     *
     * @param frame the page
     * @param writable whether the processor lets a store through
     * @param isProtected the uffd-wp bit. It stays behind when a registration loses WRITE_PROTECT, so it can be set on a
     *     writable entry
     * @param exclusive of a page of the process's own: that no other process has it, so that it need not be copied
     */
    record Present(Frame frame, boolean writable, boolean isProtected, boolean exclusive) implements Pte {
        /** {@return the entry with the uffd-wp bit, and no longer writable} */
        public Present protect() {
            return new Present(frame, false, true, exclusive);
        }

        /** The next store finds out whether it may be writable. */
        @Override
        public Present withoutProtection() {
            return new Present(frame, writable, false, exclusive);
        }

        public Present withWritable(boolean newWritable) {
            return new Present(frame, newWritable, isProtected, exclusive);
        }
    }

    /**
     * A page of the process's own that is in swap.
     *
     * @param frame the page
     * @param isProtected the uffd-wp bit
     * @param exclusive as of {@link Present}
     */
    record Swapped(Frame.Anonymous frame, boolean isProtected, boolean exclusive) implements Pte {
        @Override
        public Swapped withoutProtection() {
            return new Swapped(frame, false, exclusive);
        }
    }

    /** No page, but something to remember. */
    enum Marker implements Pte {
        /** A store must be reported, or remembered, when there is a page. */
        PROTECTED,
        /** UFFDIO_POISON. */
        POISONED,
        /** MADV_GUARD_INSTALL. */
        GUARD;

        @Override
        public boolean isProtected() {
            return this == PROTECTED;
        }

        @Override
        public @Nullable Marker withoutProtection() {
            return this == PROTECTED ? null : this;
        }

        /** {@return whether a fill may replace it: pte_none_mostly in mm/userfaultfd.c} */
        public boolean isReplaceable() {
            return this != GUARD;
        }
    }
}
