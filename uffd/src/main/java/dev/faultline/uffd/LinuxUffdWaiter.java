package dev.faultline.uffd;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import dev.faultline.uffd.internal.linux.Errno;
import dev.faultline.uffd.internal.linux.LibC;
import dev.faultline.uffd.internal.linux.Scratch;
import dev.faultline.uffd.os.EventFd;
import dev.faultline.uffd.os.Fd;
import dev.faultline.uffd.os.LinuxException;
import java.lang.foreign.MemorySegment;

/** Waits with ppoll(2) for the userfaultfd and for an eventfd. Allocates nothing once it is compiled. */
final class LinuxUffdWaiter implements UffdWaiter {
    private static final int POLLFD_BYTES = 8;
    private static final int EVENTS_OFFSET = 4;
    private static final int REVENTS_OFFSET = 6;
    private static final int TIMESPEC_OFFSET = 2 * POLLFD_BYTES;
    private static final long NANOS_PER_SECOND = 1_000_000_000L;

    private final Fd uffd;
    private final EventFd end = new EventFd();
    private volatile boolean ended;

    LinuxUffdWaiter(Fd uffd) {
        this.uffd = uffd;
    }

    @Override
    public boolean await(long timeoutNanos) {
        MemorySegment polled = Scratch.ofThisThread().argument();
        watch(polled, 0, uffd);
        watch(polled, POLLFD_BYTES, end.fd());
        long timespec = 0;
        if (timeoutNanos >= 0) {
            polled.set(JAVA_LONG, TIMESPEC_OFFSET, timeoutNanos / NANOS_PER_SECOND);
            polled.set(JAVA_LONG, TIMESPEC_OFFSET + Long.BYTES, timeoutNanos % NANOS_PER_SECOND);
            timespec = polled.address() + TIMESPEC_OFFSET;
        }
        long ready = LibC.ppoll(polled.address(), 2, timespec);
        if (ready != -Errno.EINTR) {
            LinuxException.check(ready, "ppoll(userfaultfd)");
        }
        return ready > 0 && !ended && polled.get(JAVA_SHORT, REVENTS_OFFSET) != 0;
    }

    @Override
    public boolean spin(long nanos) {
        long begin = System.nanoTime();
        while (!ended && System.nanoTime() - begin < nanos) {
            if (await(0)) {
                return true;
            }
            Thread.onSpinWait(); // and no yield: with a busy neighbour, it would be back after milliseconds
        }
        return false;
    }

    private static void watch(MemorySegment polled, int base, Fd fd) {
        polled.set(JAVA_INT, base, fd.number());
        polled.set(JAVA_SHORT, base + EVENTS_OFFSET, (short) LibC.POLLIN);
        polled.set(JAVA_SHORT, base + REVENTS_OFFSET, (short) 0);
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
