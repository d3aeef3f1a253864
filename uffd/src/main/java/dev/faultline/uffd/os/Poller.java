package dev.faultline.uffd.os;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import dev.faultline.uffd.internal.linux.Errno;
import dev.faultline.uffd.internal.linux.LibC;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * Waits until one of a fixed set of descriptors is readable. Belongs to the thread that made it; waiting allocates
 * nothing once it is compiled. Source: {@code struct pollfd}, asm-generic/poll.h.
 */
public final class Poller implements AutoCloseable {
    private static final int POLLFD_BYTES = 8;
    private static final int EVENTS_OFFSET = 4;
    private static final int REVENTS_OFFSET = 6;
    private static final long NANOS_PER_SECOND = 1_000_000_000L;

    private final Arena arena = Arena.ofConfined();
    private final MemorySegment pollFds;
    private final MemorySegment timespec;
    private final int count;

    /**
     * Makes a poller.
     *
     * @param fds what to wait for; they stay open for as long as the poller is used
     */
    public Poller(Fd... fds) {
        count = fds.length;
        pollFds = arena.allocate((long) POLLFD_BYTES * count, 8);
        timespec = arena.allocate(2 * Long.BYTES, 8);
        for (int i = 0; i < count; i++) {
            long base = (long) i * POLLFD_BYTES;
            pollFds.set(JAVA_INT, base, fds[i].number());
            pollFds.set(JAVA_SHORT, base + EVENTS_OFFSET, (short) LibC.POLLIN);
        }
    }

    /**
     * Waits.
     *
     * @param timeoutNanos how long at most; negative waits without a limit
     * @return whether anything is readable or in error
     * @throws LinuxException as ppoll(2); an interruption by a signal counts as nothing readable
     */
    public boolean await(long timeoutNanos) {
        long timeoutAddress = 0;
        if (timeoutNanos >= 0) {
            timespec.set(JAVA_LONG, 0, timeoutNanos / NANOS_PER_SECOND);
            timespec.set(JAVA_LONG, Long.BYTES, timeoutNanos % NANOS_PER_SECOND);
            timeoutAddress = timespec.address();
        }
        long ready = LibC.ppoll(pollFds.address(), count, timeoutAddress);
        if (ready == -Errno.EINTR) {
            return false;
        }
        return LinuxException.check(ready, "ppoll") > 0;
    }

    /**
     * Waits for one descriptor. An interruption by a signal does not end the wait.
     *
     * @param fd what to wait for
     * @param timeoutNanos how long at most; negative waits without a limit
     * @return whether it is readable or in error
     * @throws LinuxException as ppoll(2)
     */
    public static boolean awaitReadable(Fd fd, long timeoutNanos) {
        long begin = System.nanoTime();
        long remaining = timeoutNanos;
        try (Poller poller = new Poller(fd)) {
            while (!poller.await(remaining)) {
                if (timeoutNanos >= 0) {
                    remaining = timeoutNanos - (System.nanoTime() - begin);
                    if (remaining <= 0) {
                        return false;
                    }
                }
            }
            return true;
        }
    }

    /**
     * {@return whether the last wait found a descriptor readable or in error}
     *
     * @param index its place in the constructor's list
     */
    public boolean isReady(int index) {
        return pollFds.get(JAVA_SHORT, (long) index * POLLFD_BYTES + REVENTS_OFFSET) != 0;
    }

    @Override
    public void close() {
        arena.close();
    }
}
