package dev.faultline.uffd.memory;

import java.lang.foreign.MemorySegment;

/**
 * A mapping that is never registered with a userfaultfd: its faults are resolved without anybody's help, so Java code may
 * touch it. Not to be used after {@link #close()}; the owner ends its users first.
 */
public interface AliasMapping extends AutoCloseable {
    /** {@return all of it, for reading; what {@link #makeWritable} was called for may be written} */
    MemorySegment segment();

    /**
     * Announces that a range is about to be written. The kernel makes the pages when they are touched, so there it does
     * nothing; memory that is no memory of the kernel's makes them here.
     *
     * @param offset where
     * @param rangeBytes how much
     */
    void makeWritable(long offset, long rangeBytes);

    /**
     * Makes pages where the file has holes, of zeros, without writing to any.
     *
     * @param offset where, a multiple of the page size
     * @param rangeBytes how much, a multiple of the page size
     * @throws dev.faultline.uffd.os.LinuxException as madvise(2) with MADV_POPULATE_READ
     */
    void populate(long offset, long rangeBytes);

    @Override
    void close();
}
