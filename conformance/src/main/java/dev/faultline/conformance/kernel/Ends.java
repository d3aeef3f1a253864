package dev.faultline.conformance.kernel;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import dev.faultline.uffd.internal.linux.Errno;
import dev.faultline.uffd.internal.linux.LibC;
import dev.faultline.uffd.os.Fd;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** Waits for the end of a process, behind which its memory is gone. */
final class Ends {
    private static final int SECONDS = 20;

    private Ends() {}

    static void await(Fd pidfd) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment buffer = arena.allocate(24, Long.BYTES);
            buffer.set(JAVA_INT, 0, pidfd.number());
            buffer.set(JAVA_SHORT, 4, (short) LibC.POLLIN);
            buffer.set(JAVA_LONG, 8, SECONDS);
            long result;
            do {
                result = LibC.ppoll(buffer.address(), 1, buffer.address() + 8);
            } while (result == -Errno.EINTR);
            if (result != 1) {
                throw new IllegalStateException("a killed puppet does not end");
            }
        }
    }
}
