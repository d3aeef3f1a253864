package dev.faultline.uffd.os;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.faultline.uffd.internal.linux.Errno;
import dev.faultline.uffd.internal.linux.LibC;
import dev.faultline.uffd.internal.linux.Scratch;
import java.lang.foreign.MemorySegment;

/** An eventfd(2): what one thread signals to wake another that waits in a {@link Poller}. */
public final class EventFd implements AutoCloseable {
    private static final int EFD_FLAGS = LibC.O_CLOEXEC | LibC.O_NONBLOCK;

    private final Fd fd = Fd.owning(LinuxException.check(LibC.eventfd(EFD_FLAGS), "eventfd2(0, CLOEXEC|NONBLOCK)"));

    /** Makes a new eventfd that is not signalled. */
    public EventFd() {}

    /** {@return its descriptor, readable while it is signalled} */
    public Fd fd() {
        return fd;
    }

    /** Signals it. Signals add up to one until {@link #drain()}. */
    public void signal() {
        MemorySegment one = Scratch.ofThisThread().argument();
        one.set(JAVA_LONG, 0, 1);
        long result = LibC.write(fd.number(), one.address(), Long.BYTES);
        if (result != -Errno.EAGAIN) {
            LinuxException.check(result, "write(eventfd)");
        }
    }

    /** Takes the signal back; does nothing when there is none. */
    public void drain() {
        long result = LibC.read(fd.number(), Scratch.ofThisThread().argument().address(), Long.BYTES);
        if (result != -Errno.EAGAIN) {
            LinuxException.check(result, "read(eventfd)");
        }
    }

    @Override
    public void close() {
        fd.close();
    }
}
