package dev.faultline.conformance.kernel;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.faultline.uffd.internal.linux.LibC;
import dev.faultline.uffd.os.Fd;
import dev.faultline.uffd.os.LinuxException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** The memory of a puppet that holds the arguments of its system calls, through /proc/PID/mem. */
final class ProcessMemory implements AutoCloseable {
    /** Where it is, as puppet.s says. */
    static final long SCRATCH = 0x500000L;

    static final int SCRATCH_BYTES = 0x10000;

    private final Fd fd;

    private ProcessMemory(Fd fd) {
        this.fd = fd;
    }

    static ProcessMemory of(long processId) {
        return new ProcessMemory(Fd.open("/proc/" + processId + "/mem", true));
    }

    void put(long offset, byte[] bytes) {
        try (Arena arena = Arena.ofConfined()) {
            write(offset, arena.allocateFrom(JAVA_BYTE, bytes));
        }
    }

    void put(long offset, long... words) {
        try (Arena arena = Arena.ofConfined()) {
            write(offset, arena.allocateFrom(JAVA_LONG, words));
        }
    }

    long word(long offset) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment word = arena.allocate(JAVA_LONG);
            LinuxException.check(
                    LibC.pread(fd.number(), word.address(), Long.BYTES, SCRATCH + offset), "pread(puppet's memory)");
            return word.get(JAVA_LONG, 0);
        }
    }

    private void write(long offset, MemorySegment bytes) {
        long written = LibC.pwrite(fd.number(), bytes.address(), bytes.byteSize(), SCRATCH + offset);
        LinuxException.check(written, "pwrite(puppet's memory)");
    }

    @Override
    public void close() {
        fd.close();
    }
}
