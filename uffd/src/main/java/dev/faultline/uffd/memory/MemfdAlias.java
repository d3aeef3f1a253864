package dev.faultline.uffd.memory;

import dev.faultline.uffd.internal.linux.LibC;
import dev.faultline.uffd.os.LinuxException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.atomic.AtomicBoolean;

/** An alias mapping of the kernel. */
final class MemfdAlias implements AliasMapping {
    private final long address;
    private final MemorySegment segment;
    private final AtomicBoolean closed = new AtomicBoolean();

    @SuppressWarnings("restricted")
    MemfdAlias(long address, long lengthBytes) {
        this.address = address;
        // The global scope keeps hot accesses free of the per-call checks that a shared arena costs.
        this.segment = MemorySegment.ofAddress(address).reinterpret(lengthBytes, Arena.global(), null);
    }

    @Override
    public MemorySegment segment() {
        return segment;
    }

    @Override
    public void makeWritable(long offset, long rangeBytes) {
        // The kernel makes each page when it is touched.
    }

    @Override
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
