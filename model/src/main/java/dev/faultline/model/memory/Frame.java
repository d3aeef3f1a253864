package dev.faultline.model.memory;

import java.lang.foreign.MemorySegment;

/** What a page table entry points to: a page of a file, a page of a process's own, or the page of zeros. */
public sealed interface Frame {
    /** {@return its content} */
    MemorySegment bytes();

    /**
     * A page of a file's page cache.
     *
     * @param cache the file
     * @param index which page
     */
    record Cached(PageCache cache, long index) implements Frame {
        @Override
        public MemorySegment bytes() {
            return cache.page(index);
        }
    }

    /** A page of a process's own, shared with its children until one of them writes. */
    final class Anonymous implements Frame {
        private final MemorySegment bytes;
        private int mappings;

        public Anonymous(long pageBytes) {
            bytes = MemorySegment.ofArray(new byte[(int) pageBytes]);
        }

        /** {@return a new page with another's content} */
        public static Anonymous copyOf(Frame frame) {
            Anonymous copy = new Anonymous(frame.bytes().byteSize());
            copy.bytes.copyFrom(frame.bytes());
            return copy;
        }

        @Override
        public MemorySegment bytes() {
            return bytes;
        }

        /** {@return how many page table entries have it, those that say it is in swap included} */
        public int mappings() {
            return mappings;
        }

        void map() {
            mappings++;
        }

        void unmap() {
            mappings--;
        }
    }

    /** The kernel's page of zeros. It is mapped read-only. */
    enum Zero implements Frame {
        PAGE;

        private static final MemorySegment BYTES =
                MemorySegment.ofArray(new byte[(int) Pages.BYTES]).asReadOnly();

        @Override
        public MemorySegment bytes() {
            return BYTES;
        }
    }
}
