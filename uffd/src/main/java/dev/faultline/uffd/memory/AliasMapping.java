package dev.faultline.uffd.memory;

import dev.faultline.uffd.internal.linux.LibC;
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

    @Override
    public void close() {
        if (closed.compareAndSet(false, true)) {
            LibC.munmap(address, segment.byteSize());
        }
    }
}
