package dev.faultline.uffd;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.faultline.uffd.internal.linux.LibC;
import dev.faultline.uffd.internal.linux.NativeMemory;
import dev.faultline.uffd.os.LinuxException;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.invoke.MethodHandle;

/** Private anonymous memory of 4 KiB pages, which no memory file backs: what can be moved, and what a fork copies. */
final class RawMemory implements AutoCloseable {
    static final long PAGE = 4096;
    private static final int MREMAP_MAYMOVE = 1;
    private static final int MREMAP_FIXED = 2;

    @SuppressWarnings("restricted")
    private static final MethodHandle MREMAP = Linker.nativeLinker()
            .downcallHandle(
                    Linker.nativeLinker().defaultLookup().findOrThrow("mremap"),
                    FunctionDescriptor.of(JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_INT, JAVA_LONG),
                    Linker.Option.firstVariadicArg(4));

    private final int pages;
    private long address;

    RawMemory(int pages) {
        this.pages = pages;
        int protection = LibC.PROT_READ | LibC.PROT_WRITE;
        long result = LibC.mmap(0, pages * PAGE, protection, LibC.MAP_PRIVATE | LibC.MAP_ANONYMOUS, -1, 0);
        address = LinuxException.check(result, "mmap");
        LinuxException.check(LibC.madvise(address, pages * PAGE, LibC.MADV_NOHUGEPAGE), "madvise(NOHUGEPAGE)");
    }

    long page(int index) {
        return address + index * PAGE;
    }

    long lengthBytes() {
        return pages * PAGE;
    }

    /** Writes to a page that nobody serves. */
    void store(int page, byte value) {
        NativeMemory.segment(page(page), PAGE).fill(value);
    }

    /** {@return what a page holds that nobody serves} */
    byte[] load(int page) {
        return NativeMemory.segment(page(page), PAGE).toArray(JAVA_BYTE);
    }

    /** Moves it over another memory, which is gone then. Waits for the events to be read. */
    boolean moveOver(RawMemory other) {
        try {
            address = (long) MREMAP.invokeExact(
                    address, lengthBytes(), lengthBytes(), MREMAP_MAYMOVE | MREMAP_FIXED, other.address);
            return address == other.address;
        } catch (Throwable t) {
            throw new AssertionError(t);
        }
    }

    /** Unmaps one page. Waits for the event to be read. */
    boolean unmap(int page) {
        return LibC.munmap(page(page), PAGE) == 0;
    }

    @Override
    public void close() {
        LibC.munmap(address, lengthBytes());
    }
}
