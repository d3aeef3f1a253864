package dev.faultline.uffd.ipc;

import dev.faultline.uffd.internal.linux.Errno;
import dev.faultline.uffd.internal.linux.LibC;
import dev.faultline.uffd.os.Fd;
import dev.faultline.uffd.os.LinuxException;
import java.util.concurrent.atomic.AtomicBoolean;

/** A listening Unix socket. A name that begins with {@code @} is abstract: no file, nothing to clean up. */
public final class UnixListener implements AutoCloseable {
    private static final int BACKLOG = 16;

    private final String name;
    private final UnixSocket socket;
    private final SocketFile file;
    private final AtomicBoolean closed = new AtomicBoolean();

    private UnixListener(String name, UnixSocket socket, SocketFile file) {
        this.name = name;
        this.socket = socket;
        this.file = file;
    }

    /**
     * Listens.
     *
     * @param name a path, or {@code @name}
     * @return the listener
     * @throws LinuxException EADDRINUSE if the name is taken; a socket left by a process that died is taken away first,
     *     a file of another kind never
     */
    public static UnixListener listen(String name) {
        UnixSocket socket = UnixSocket.open(UnixSocket.SOCK_STREAM);
        try {
            long result = socket.bind(name);
            if (result == -Errno.EADDRINUSE && SocketFile.isLeftBehind(name)) {
                LibC.unlink(name);
                result = socket.bind(name);
            }
            if (result < 0) {
                throw new LinuxException("bind(" + name + ")", (int) -result, remedy(name, (int) -result));
            }
            SocketFile file = SocketFile.justBound(name);
            LinuxException.check(socket.call(fd -> LibC.listen(fd.number(), BACKLOG)), "listen(" + name + ")");
            return new UnixListener(name, socket, file);
        } catch (RuntimeException e) {
            socket.close();
            throw e;
        }
    }

    private static String remedy(String name, int errno) {
        if (errno != Errno.EADDRINUSE) {
            return "Choose another socket name";
        }
        return SocketFile.isSocket(name) || UnixAddress.isAbstract(name)
                ? "A process listens there already: end it, or choose another socket name"
                : "There is a file of that name that is no socket: choose another socket name";
    }

    /**
     * Waits for a connection.
     *
     * @return the connection
     * @throws LinuxException EINVAL after {@link #close()}
     */
    public UnixConnection accept() {
        return new UnixConnection(Fd.owning(LinuxException.check(acceptOrErrno(), "accept(" + name + ")")));
    }

    private long acceptOrErrno() {
        long result;
        try {
            do {
                result = socket.call(fd -> LibC.accept(fd.number(), LibC.O_CLOEXEC));
            } while (result == -Errno.EINTR);
        } catch (IllegalStateException e) {
            return -Errno.EINVAL; // as for a thread that was waiting when it was closed
        }
        return result;
    }

    /** Ends listening, also a thread that waits in {@link #accept()}, and takes the file away. */
    @Override
    public void close() {
        if (closed.compareAndSet(false, true)) {
            // While it is bound nobody else takes it for left behind and puts a new file there.
            file.removeIfUnchanged();
            socket.close();
        }
    }
}
