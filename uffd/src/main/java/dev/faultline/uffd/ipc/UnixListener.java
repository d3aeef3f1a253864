package dev.faultline.uffd.ipc;

import dev.faultline.uffd.internal.linux.Errno;
import dev.faultline.uffd.internal.linux.LibC;
import dev.faultline.uffd.os.Fd;
import dev.faultline.uffd.os.LinuxException;

/** A listening Unix socket. A name that begins with {@code @} is abstract: no file, nothing to clean up. */
public final class UnixListener implements AutoCloseable {
    static final int AF_UNIX = 1;
    static final int SOCK_STREAM_CLOEXEC = 1 | LibC.O_CLOEXEC;
    private static final int BACKLOG = 16;
    private static final int SHUT_RDWR = 2;

    private final String name;
    private final Fd fd;

    private UnixListener(String name, Fd fd) {
        this.name = name;
        this.fd = fd;
    }

    /**
     * Listens.
     *
     * @param name a path, or {@code @name}
     * @return the listener
     * @throws LinuxException EADDRINUSE if the name is taken; a file left by a process that died is taken away first
     */
    public static UnixListener listen(String name) {
        Fd fd = Fd.owning(LinuxException.check(LibC.socket(AF_UNIX, SOCK_STREAM_CLOEXEC, 0), "socket(AF_UNIX)"));
        try {
            long result = bind(fd, name);
            if (result == -Errno.EADDRINUSE && !UnixAddress.isAbstract(name) && isDead(name)) {
                LibC.unlink(name);
                result = bind(fd, name);
            }
            if (result < 0) {
                throw new LinuxException("bind(" + name + ")", (int) -result, "Choose another control socket name");
            }
            LinuxException.check(LibC.listen(fd.number(), BACKLOG), "listen(" + name + ")");
            return new UnixListener(name, fd);
        } catch (RuntimeException e) {
            fd.close();
            throw e;
        }
    }

    private static long bind(Fd fd, String name) {
        UnixAddress address = UnixAddress.of(name);
        return LibC.bind(fd.number(), address.address(), address.lengthBytes());
    }

    private static boolean isDead(String name) {
        try (UnixConnection _ = UnixConnection.connect(name)) {
            return false;
        } catch (LinuxException e) {
            return e.errno() == Errno.ECONNREFUSED;
        }
    }

    /**
     * Waits for a connection.
     *
     * @return the connection
     * @throws LinuxException EINVAL after {@link #close()}
     */
    public UnixConnection accept() {
        long connection = LibC.accept(fd.number(), LibC.O_CLOEXEC);
        return new UnixConnection(Fd.owning(LinuxException.check(connection, "accept(" + name + ")")));
    }

    /** Ends listening, also a thread that waits in {@link #accept()}, and takes the file away. */
    @Override
    public void close() {
        LibC.shutdown(fd.number(), SHUT_RDWR);
        fd.close();
        if (!UnixAddress.isAbstract(name)) {
            LibC.unlink(name);
        }
    }
}
