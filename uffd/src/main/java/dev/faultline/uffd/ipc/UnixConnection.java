package dev.faultline.uffd.ipc;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.faultline.uffd.internal.linux.Errno;
import dev.faultline.uffd.internal.linux.LibC;
import dev.faultline.uffd.internal.linux.Scratch;
import dev.faultline.uffd.os.Fd;
import dev.faultline.uffd.os.LinuxException;
import dev.faultline.uffd.os.Poller;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/**
 * A connected Unix socket that carries bytes and descriptors. One thread may send while another receives. Source:
 * unix(7), {@code struct msghdr} and {@code struct cmsghdr} of linux/socket.h.
 */
public final class UnixConnection implements AutoCloseable {
    private static final int MAX_FDS = 16;
    private static final int SOL_SOCKET = 1;
    private static final int SO_PEERCRED = 17;
    private static final int SO_SNDTIMEO = 21;
    private static final long NANOS_PER_MICROSECOND = 1000;
    private static final long MICROS_PER_SECOND = 1_000_000;
    private static final int SHUT_RD = 0;
    private static final int SCM_RIGHTS = 1;
    private static final int MSG_NOSIGNAL = 0x4000;
    private static final int MSG_CMSG_CLOEXEC = 0x40000000;
    private static final int MSG_CTRUNC = 8;

    private static final int MSGHDR_BYTES = 56;
    private static final int IOV_OFFSET = 16;
    private static final int CONTROL_OFFSET = 32;
    private static final int CONTROL_LENGTH_OFFSET = 40;
    private static final int MSG_FLAGS_OFFSET = 48;
    private static final int CMSG_HEADER_BYTES = 16;

    private final UnixSocket socket;

    UnixConnection(Fd fd) {
        this(new UnixSocket(fd));
    }

    private UnixConnection(UnixSocket socket) {
        this.socket = socket;
    }

    /**
     * Connects, and waits without a limit for a listener that is slow to accept.
     *
     * @param name a path, or {@code @name}
     * @return the connection
     * @throws LinuxException ENOENT or ECONNREFUSED if nobody listens there
     */
    public static UnixConnection connect(String name) {
        return connect(name, 0);
    }

    /**
     * Connects, with a limit to waiting for the peer: now, and in each {@link #send}. A peer that does not accept or does
     * not read holds the caller up for no longer than that.
     *
     * @param name a path, or {@code @name}
     * @param sendTimeoutNanos how long connecting and each send wait at most; 0 waits without a limit
     * @return the connection
     * @throws LinuxException ENOENT or ECONNREFUSED if nobody listens there, EAGAIN when the time is up
     */
    public static UnixConnection connect(String name, long sendTimeoutNanos) {
        UnixSocket socket = UnixSocket.open(UnixSocket.SOCK_STREAM);
        try {
            LinuxException.check(socket.call(fd -> limitSends(fd, sendTimeoutNanos)), "setsockopt(SO_SNDTIMEO)");
            long result = socket.connect(name);
            if (result < 0) {
                throw new LinuxException("connect(" + name + ")", (int) -result, "Is the guest process running?");
            }
            return new UnixConnection(socket);
        } catch (RuntimeException e) {
            socket.close();
            throw e;
        }
    }

    /**
     * A connection without a name, whose other end is for another process.
     *
     * @param here this process's end
     * @param there the other end, to be passed on and then closed here
     */
    public record Pair(UnixConnection here, Fd there) implements AutoCloseable {
        /** Closes both ends, as far as they are open. */
        @Override
        public void close() {
            here.close();
            there.close();
        }
    }

    /**
     * {@return a new connection, to be passed to another process at its other end}
     *
     * @param sendTimeoutNanos how long each send waits at most for a peer that does not read; 0 waits without a limit
     * @throws LinuxException as socketpair(2)
     */
    public static Pair pair(long sendTimeoutNanos) {
        MemorySegment ends = Scratch.ofThisThread().argument();
        int type = UnixSocket.SOCK_STREAM | LibC.O_CLOEXEC;
        LinuxException.check(LibC.socketpair(UnixSocket.AF_UNIX, type, 0, ends.address()), "socketpair(AF_UNIX)");
        Fd here = Fd.owning(ends.get(JAVA_INT, 0));
        Fd there = Fd.owning(ends.get(JAVA_INT, Integer.BYTES));
        try {
            LinuxException.check(limitSends(here, sendTimeoutNanos), "setsockopt(SO_SNDTIMEO)");
            return new Pair(new UnixConnection(here), there);
        } catch (LinuxException e) {
            here.close();
            there.close();
            throw e;
        }
    }

    /** SO_SNDTIMEO counts in microseconds; of AF_UNIX it limits connect(2) as well. */
    private static long limitSends(Fd fd, long timeoutNanos) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment timeval = arena.allocate(2 * Long.BYTES, Long.BYTES);
            long micros = Math.ceilDiv(timeoutNanos, NANOS_PER_MICROSECOND);
            timeval.set(JAVA_LONG, 0, micros / MICROS_PER_SECOND);
            timeval.set(JAVA_LONG, Long.BYTES, micros % MICROS_PER_SECOND);
            return LibC.setsockopt(fd.number(), SOL_SOCKET, SO_SNDTIMEO, timeval.address(), 2 * Long.BYTES);
        }
    }

    /**
     * Sends all of it; the descriptors go with the first byte.
     *
     * @param bytes at least one byte
     * @param fds copies of these arrive at the peer; they stay open here; at most 16
     * @throws LinuxException EPIPE or ECONNRESET if the peer has gone, EAGAIN when a limited send's time is up: a part may
     *     have been sent then, and the connection is of no further use
     */
    public void send(byte[] bytes, List<Fd> fds) {
        if (bytes.length == 0 || fds.size() > MAX_FDS) {
            throw new IllegalArgumentException("a message has at least one byte and at most " + MAX_FDS
                    + " descriptors; this one has " + bytes.length + " and " + fds.size());
        }
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment body = arena.allocateFrom(JAVA_BYTE, bytes);
            long sent = 0;
            while (sent < bytes.length) {
                List<Fd> now = sent == 0 ? fds : List.of();
                MemorySegment message = message(arena, body.asSlice(sent), control(arena, now));
                long result = socket.call(fd -> LibC.sendmsg(fd.number(), message.address(), MSG_NOSIGNAL));
                if (result != -Errno.EINTR) {
                    sent += LinuxException.check(result, "sendmsg(unix socket)");
                }
            }
        }
    }

    /**
     * Waits for bytes.
     *
     * @param buffer where they go, at least one byte long
     * @param fds descriptors that came with them are added here, owned by the caller
     * @param timeoutNanos how long to wait at most; negative waits without a limit
     * @return how many bytes came; 0 when the time is up; -1 when the peer has closed, or this side meanwhile
     * @throws LinuxException ECONNRESET if the peer was killed
     * @throws IllegalStateException if this side had closed before, or if not all descriptors of a message arrived; none
     *     is kept then
     */
    public int receive(byte[] buffer, List<Fd> fds, long timeoutNanos) {
        if (buffer.length == 0) {
            throw new IllegalArgumentException("an empty buffer cannot tell a message from the end");
        }
        return (int) socket.call(
                fd -> timeoutNanos < 0 || Poller.awaitReadable(fd, timeoutNanos) ? receiveNow(fd, buffer, fds) : 0);
    }

    /**
     * Takes no more: what has come is received, and then the end, as if the peer had closed. The peer's sends fail from now
     * on with EPIPE.
     *
     * @throws LinuxException ENOTCONN if the peer has gone
     * @throws IllegalStateException if this side had closed before
     */
    public void endInput() {
        LinuxException.check(socket.call(fd -> LibC.shutdown(fd.number(), SHUT_RD)), "shutdown(SHUT_RD)");
    }

    private static int receiveNow(Fd fd, byte[] buffer, List<Fd> fds) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment body = arena.allocate(buffer.length);
            MemorySegment control = arena.allocate(CMSG_HEADER_BYTES + (long) MAX_FDS * Integer.BYTES, Long.BYTES);
            MemorySegment message = message(arena, body, control);
            long result;
            do {
                result = LibC.recvmsg(fd.number(), message.address(), MSG_CMSG_CLOEXEC);
            } while (result == -Errno.EINTR);
            LinuxException.check(result, "recvmsg(unix socket)");
            fds.addAll(takeFds(message, control));
            MemorySegment.copy(body, JAVA_BYTE, 0, buffer, 0, (int) result);
            return result == 0 ? -1 : (int) result;
        }
    }

    private static List<Fd> takeFds(MemorySegment message, MemorySegment control) {
        List<Fd> fds = new ArrayList<>();
        long controlBytes = message.get(JAVA_LONG, CONTROL_LENGTH_OFFSET);
        if (controlBytes >= CMSG_HEADER_BYTES && control.get(JAVA_INT, 12) == SCM_RIGHTS) {
            long dataBytes = control.get(JAVA_LONG, 0) - CMSG_HEADER_BYTES;
            for (long offset = 0; offset + Integer.BYTES <= dataBytes; offset += Integer.BYTES) {
                fds.add(Fd.owning(control.get(JAVA_INT, CMSG_HEADER_BYTES + offset)));
            }
        }
        if ((message.get(JAVA_INT, MSG_FLAGS_OFFSET) & MSG_CTRUNC) != 0) {
            fds.forEach(Fd::close);
            throw new IllegalStateException("the peer passed more than " + MAX_FDS
                    + " descriptors in one message, or this process may not open so many files");
        }
        return fds;
    }

    private static MemorySegment control(Arena arena, List<Fd> fds) {
        if (fds.isEmpty()) {
            return MemorySegment.NULL;
        }
        long dataBytes = (long) fds.size() * Integer.BYTES;
        MemorySegment control = arena.allocate((CMSG_HEADER_BYTES + dataBytes + 7) & -8, Long.BYTES);
        control.set(JAVA_LONG, 0, CMSG_HEADER_BYTES + dataBytes);
        control.set(JAVA_INT, 8, SOL_SOCKET);
        control.set(JAVA_INT, 12, SCM_RIGHTS);
        for (int i = 0; i < fds.size(); i++) {
            control.set(
                    JAVA_INT,
                    CMSG_HEADER_BYTES + (long) i * Integer.BYTES,
                    fds.get(i).number());
        }
        return control;
    }

    private static MemorySegment message(Arena arena, MemorySegment body, MemorySegment control) {
        MemorySegment vector = arena.allocate(2 * Long.BYTES, Long.BYTES);
        vector.set(JAVA_LONG, 0, body.address());
        vector.set(JAVA_LONG, Long.BYTES, body.byteSize());
        MemorySegment message = arena.allocate(MSGHDR_BYTES, Long.BYTES);
        message.set(JAVA_LONG, IOV_OFFSET, vector.address());
        message.set(JAVA_LONG, IOV_OFFSET + Long.BYTES, 1);
        message.set(JAVA_LONG, CONTROL_OFFSET, control.address());
        message.set(JAVA_LONG, CONTROL_LENGTH_OFFSET, control.byteSize());
        return message;
    }

    /**
     * Who is at the other end, as the kernel knows it.
     *
     * @param processId its process
     * @param userId its effective user at the time of connecting
     */
    public record Peer(int processId, int userId) {}

    /** {@return the peer's credentials (SO_PEERCRED)} */
    public Peer peer() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment credentials = arena.allocate(12, 4);
            MemorySegment length = arena.allocate(4, 4);
            length.set(JAVA_INT, 0, 12);
            long result = socket.call(fd ->
                    LibC.getsockopt(fd.number(), SOL_SOCKET, SO_PEERCRED, credentials.address(), length.address()));
            LinuxException.check(result, "getsockopt(SO_PEERCRED)");
            return new Peer(credentials.get(JAVA_INT, 0), credentials.get(JAVA_INT, 4));
        }
    }

    /** Closes the connection, also under a thread that waits in {@link #receive}. */
    @Override
    public void close() {
        socket.close();
    }
}
