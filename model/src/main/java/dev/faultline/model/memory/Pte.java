package dev.faultline.model.memory;

import org.jspecify.annotations.Nullable;

/** A page table entry. None is null. Source: include/linux/swapops.h and asm/pgtable.h, Linux 6.18. */
public sealed interface Pte {
    /** {@return whether it has the uffd-wp bit, in memory, in swap, or as a marker} */
    boolean isProtected();

    /** {@return the entry with the uffd-wp bit} */
    Pte protect();

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
        /** No longer writable. */
        @Override
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
        public Swapped protect() {
            return new Swapped(frame, true, exclusive);
        }

        @Override
        public Swapped withoutProtection() {
            return new Swapped(frame, false, exclusive);
        }
    }

    /**
     * No page, but something to remember.
     *
     * @param kind what
     * @param isProtected of poison and guards: PAGEMAP_SCAN sets the uffd-wp bit of these, too
     */
    record Marker(Kind kind, boolean isProtected) implements Pte {
        /** What a marker says. */
        public enum Kind {
            /** A store must be reported, or remembered, when there is a page. */
            PROTECTION,
            /** UFFDIO_POISON. */
            POISON,
            /** MADV_GUARD_INSTALL. */
            GUARD
        }

        public static final Marker PROTECTED = new Marker(Kind.PROTECTION, true);
        public static final Marker POISONED = new Marker(Kind.POISON, false);
        public static final Marker GUARD = new Marker(Kind.GUARD, false);

        @Override
        public Marker protect() {
            return new Marker(kind, true);
        }

        @Override
        public @Nullable Marker withoutProtection() {
            return kind == Kind.PROTECTION ? null : new Marker(kind, false);
        }
    }
}
