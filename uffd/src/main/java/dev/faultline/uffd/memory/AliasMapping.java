package dev.faultline.uffd.memory;

import dev.faultline.uffd.internal.linux.LibC;
import dev.faultline.uffd.os.LinuxException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * A mapping that is never registered with a userfaultfd: the kernel resolves its faults, so Java code may touch it. Not
 * to be used after {@link #close()}; the owner ends its users first.
 */
public final class AliasMapping implements AutoCloseable {
    private final long address;
    private final MemorySegment segment;
    private final AtomicBoolean closed = new AtomicBoolean();

    @SuppressWarnings("restricted")
    AliasMapping(long address, long lengthBytes) {
        this.address = address;
        // The global scope keeps hot accesses free of the per-call checks that a shared arena costs.
        this.segment = MemorySegment.ofAddress(address).reinterpret(lengthBytes, Arena.global(), null);
    }

    /** {@return all of it} */
    public MemorySegment segment() {
        return segment;
    }

    /**
     * Has the kernel make pages where the file has holes, of zeros, without writing to any.
     *
     * @param offset where, a multiple of the page size
     * @param rangeBytes how much, a multiple of the page size
     * @throws LinuxException as madvise(2) with MADV_POPULATE_READ
     */
    public void populate(long offset, long rangeBytes) {
        long result = LibC.madvise(address + offset, rangeBytes, LibC.MADV_POPULATE_READ);
        LinuxException.check(result, "madvise(MADV_POPULATE_READ, " + rangeBytes + ")");
    }

    @Override
    public void close() {
        if (closed.compareAndSet(false, true)) {
            LibC.munmap(address, segment.byteSize());
        }
    }
}
