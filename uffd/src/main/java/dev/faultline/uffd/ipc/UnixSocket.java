package dev.faultline.uffd.ipc;

import dev.faultline.uffd.internal.linux.Errno;
import dev.faultline.uffd.internal.linux.LibC;
import dev.faultline.uffd.os.Fd;
import dev.faultline.uffd.os.LinuxException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.ToLongFunction;

/**
 * A socket that may be closed under a thread that waits in a call on it. Closing wakes that thread at once; the
 * descriptor goes when the last call has returned, because its number may be another file's a moment later.
 */
final class UnixSocket implements AutoCloseable {
    static final int SOCK_STREAM = 1;
    static final int SOCK_DGRAM = 2;
    static final int AF_UNIX = 1;
    private static final int SHUT_RDWR = 2;

    private final Fd fd;
    private final AtomicBoolean closed = new AtomicBoolean();
    /** The owner, until it closes, and the calls under way. */
    private final AtomicInteger users = new AtomicInteger(1);

    UnixSocket(Fd fd) {
        this.fd = fd;
    }

    static UnixSocket open(int type) {
        long result = LibC.socket(AF_UNIX, type | LibC.O_CLOEXEC, 0);
        return new UnixSocket(Fd.owning(LinuxException.check(result, "socket(AF_UNIX)")));
    }

    /** {@return the result of connect(2) to a name} */
    long connect(String name) {
        return call(socket -> {
            long result;
            do {
                UnixAddress address = UnixAddress.of(name);
                result = LibC.connect(socket.number(), address.address(), address.lengthBytes());
            } while (result == -Errno.EINTR);
            return result;
        });
    }

    /** {@return the result of bind(2) to a name} */
    long bind(String name) {
        return call(socket -> {
            UnixAddress address = UnixAddress.of(name);
            return LibC.bind(socket.number(), address.address(), address.lengthBytes());
        });
    }

    /**
     * Makes a call that a {@link #close()} ends and does not pull the descriptor from under.
     *
     * @throws IllegalStateException if the socket was closed before
     */
    long call(ToLongFunction<Fd> call) {
        if (closed.get() || users.getAndUpdate(count -> count == 0 ? 0 : count + 1) == 0) {
            throw new IllegalStateException("this socket was closed");
        }
        try {
            return call.applyAsLong(fd);
        } finally {
            leave();
        }
    }

    private void leave() {
        if (users.decrementAndGet() == 0) {
            fd.close();
        }
    }

    @Override
    public void close() {
        if (closed.compareAndSet(false, true)) {
            LibC.shutdown(fd.number(), SHUT_RDWR);
            leave();
        }
    }
}
