package dev.faultline.uffd;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.faultline.uffd.internal.linux.NativeMemory;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** Stores in native state. */
final class WriteMany {
    private WriteMany() {}

    /** Writes a rising number to one page after the other. */
    static boolean run(TestMemory memory, int pages, int stores) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment value = arena.allocate(Long.BYTES);
            for (int i = 0; i < stores; i++) {
                value.set(JAVA_LONG, 0, i);
                NativeMemory.copy(memory.page(i % pages), value.address(), Long.BYTES);
            }
        }
        return true;
    }

    /** Writes one byte to each address. */
    static void storeByte(long... addresses) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment value = arena.allocate(1);
            for (long address : addresses) {
                NativeMemory.copy(address, value.address(), 1);
            }
        }
    }
}
