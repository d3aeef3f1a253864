package dev.faultline.uffd;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import dev.faultline.uffd.internal.linux.Errno;
import dev.faultline.uffd.internal.linux.LibC;
import dev.faultline.uffd.os.EventFd;
import dev.faultline.uffd.os.Fd;
import dev.faultline.uffd.os.LinuxException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** Waits with ppoll(2) for the userfaultfd and for an eventfd. Allocates nothing unless a call fails. */
final class LinuxUffdWaiter implements UffdWaiter {
    private static final int POLLFD_BYTES = 8;
    private static final int EVENTS_OFFSET = 4;
    private static final int REVENTS_OFFSET = 6;
    private static final int TIMESPEC_OFFSET = 2 * POLLFD_BYTES;
    private static final long NANOS_PER_SECOND = 1_000_000_000L;
    /** To look at the clock takes as long as a fair part of a read, by which a fault is seen later. */
    private static final int READS_PER_LOOK_AT_CLOCK = 8;

    private final LinuxUffd uffd;
    private final EventFd end = new EventFd();
    private final MemorySegment polled = Arena.ofAuto().allocate(TIMESPEC_OFFSET + 2L * Long.BYTES, Long.BYTES);
    private volatile boolean ended;

    LinuxUffdWaiter(LinuxUffd uffd) {
        this.uffd = uffd;
        watch(0, uffd.fd());
        watch(POLLFD_BYTES, end.fd());
    }

    @Override
    public boolean await(long timeoutNanos) {
        polled.set(JAVA_INT, 0, uffd.fd().number()); // fails if it was closed
        long timespec = 0;
        if (timeoutNanos >= 0) {
            polled.set(JAVA_LONG, TIMESPEC_OFFSET, timeoutNanos / NANOS_PER_SECOND);
            polled.set(JAVA_LONG, TIMESPEC_OFFSET + Long.BYTES, timeoutNanos % NANOS_PER_SECOND);
            timespec = polled.address() + TIMESPEC_OFFSET;
        }
        long ready = LibC.ppollWithoutErrno(polled.address(), 2, timespec);
        if (ready < 0) {
            ready = LibC.ppoll(polled.address(), 2, timespec);
            if (ready != -Errno.EINTR) {
                LinuxException.check(ready, "ppoll(userfaultfd)");
            }
        }
        return ready > 0 && !ended && polled.get(JAVA_SHORT, REVENTS_OFFSET) != 0;
    }

    @Override
    public int spin(EventBatch batch, long nanos) {
        long begin = System.nanoTime();
        do {
            for (int i = 0; i < READS_PER_LOOK_AT_CLOCK && !ended; i++) {
                int count = uffd.readIfAny(batch);
                if (count > 0) {
                    return count;
                }
            } // and no yield: with a busy neighbour, it would be back after milliseconds
        } while (!ended && System.nanoTime() - begin < nanos);
        return ended ? 0 : uffd.read(batch);
    }

    private void watch(int base, Fd fd) {
        polled.set(JAVA_INT, base, fd.number());
        polled.set(JAVA_SHORT, base + EVENTS_OFFSET, (short) LibC.POLLIN);
    }

    @Override
    public void end() {
        ended = true;
        end.signal();
    }

    @Override
    public boolean hasEnded() {
        return ended;
    }

    @Override
    public void close() {
        end.close();
    }
}
