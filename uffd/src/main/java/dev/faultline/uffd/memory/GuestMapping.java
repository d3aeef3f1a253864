package dev.faultline.uffd.memory;

import dev.faultline.uffd.internal.linux.LibC;
import dev.faultline.uffd.internal.linux.NativeMemory;
import dev.faultline.uffd.os.LinuxException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * A mapping that a userfaultfd may serve. Java knows only its address and never reads or writes through it: a thread
 * in Java state that waits for a fault cannot reach a safepoint, and the handler may need one to answer. Its guest
 * touches it from native state: a vCPU inside KVM_RUN, or memcpy as an ordinary downcall.
 */
public final class GuestMapping implements AutoCloseable {
    private final long address;
    private final long lengthBytes;
    private final AtomicBoolean closed = new AtomicBoolean();

    GuestMapping(long address, long lengthBytes) {
        this.address = address;
        this.lengthBytes = lengthBytes;
    }

    /** {@return its first byte's address} */
    public long address() {
        return address;
    }

    /** {@return its length in bytes} */
    public long lengthBytes() {
        return lengthBytes;
    }

    /**
     * Reads a byte as a guest would, in native state: it may wait for a page fault to be answered, and the thread that
     * answers may be one of this JVM.
     *
     * @param offset where
     * @return the byte
     */
    public byte touch(long offset) {
        Objects.checkIndex(offset, lengthBytes);
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment copy = arena.allocate(1);
            NativeMemory.copy(copy.address(), address + offset, 1);
            return copy.get(ValueLayout.JAVA_BYTE, 0);
        }
    }

    /**
     * Writes a byte as a guest would, in native state, as {@link #touch} reads one.
     *
     * @param offset where
     * @param value the byte
     */
    public void store(long offset, byte value) {
        Objects.checkIndex(offset, lengthBytes);
        try (Arena arena = Arena.ofConfined()) {
            NativeMemory.copy(
                    address + offset,
                    arena.allocateFrom(ValueLayout.JAVA_BYTE, value).address(),
                    1);
        }
    }

    /**
     * Takes pages off the page table: the next touch of each is a minor fault, of what the file holds then. A dirty page
     * loses nothing, for it is the file's.
     *
     * @param offset a multiple of the page size
     * @param rangeBytes a multiple of the page size
     * @throws LinuxException EINVAL if the range is not whole pages: of huge pages, the kernel rounds its end down
     */
    public void unmapPages(long offset, long rangeBytes) {
        Objects.checkFromIndexSize(offset, rangeBytes, lengthBytes);
        long result = LibC.madvise(address + offset, rangeBytes, LibC.MADV_DONTNEED);
        LinuxException.check(result, "madvise(MADV_DONTNEED, " + rangeBytes + ")");
    }

    @Override
    public void close() {
        if (closed.compareAndSet(false, true)) {
            LibC.munmap(address, lengthBytes);
        }
    }
}
