package dev.faultline.conformance.kernel;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import dev.faultline.uffd.internal.linux.Errno;
import dev.faultline.uffd.internal.linux.LibC;
import dev.faultline.uffd.os.Fd;
import dev.faultline.uffd.os.LinuxException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** The commands to one thread of a puppet, and its answers; their layout is told in puppet.s. */
final class Channel implements AutoCloseable {
    static final int COMMAND_BYTES = 64;
    static final int ANSWER_BYTES = 32;
    private static final int POLLFD_OFFSET = COMMAND_BYTES + ANSWER_BYTES;
    private static final int TIMESPEC_OFFSET = POLLFD_OFFSET + 8;
    private static final int BUFFER_BYTES = TIMESPEC_OFFSET + 16;

    private final Fd fd;
    private final MemorySegment buffer = Arena.ofAuto().allocate(BUFFER_BYTES, Long.BYTES);

    /** Takes a Unix stream socket. */
    Channel(Fd fd) {
        this.fd = fd;
        LinuxException.check(LibC.fcntl(fd.number(), LibC.F_SETFL, LibC.O_NONBLOCK), "fcntl(F_SETFL, O_NONBLOCK)");
    }

    void send(Command command) {
        command.writeTo(buffer);
        long written = LibC.write(fd.number(), buffer.address(), COMMAND_BYTES);
        if (LinuxException.check(written, "write(command to a puppet)") != COMMAND_BYTES) {
            throw new IllegalStateException("a puppet took a part of a command");
        }
    }

    /**
     * Takes the answer if it is there.
     *
     * @throws PuppetDiedException if none will come
     */
    boolean tryReceive() {
        long read = LibC.read(fd.number(), buffer.address() + COMMAND_BYTES, ANSWER_BYTES);
        if (read == -Errno.EAGAIN || read == -Errno.EINTR) {
            return false;
        }
        if (read == 0 || read == -Errno.ECONNRESET) {
            throw new PuppetDiedException();
        }
        if (LinuxException.check(read, "read(answer of a puppet)") != ANSWER_BYTES) {
            throw new IllegalStateException("a puppet gave a part of an answer");
        }
        return true;
    }

    /** Waits some time, which ends early if an answer comes. */
    void await(long timeoutNanos) {
        buffer.set(JAVA_INT, POLLFD_OFFSET, fd.number());
        buffer.set(JAVA_SHORT, POLLFD_OFFSET + 4, (short) LibC.POLLIN);
        buffer.set(JAVA_SHORT, POLLFD_OFFSET + 6, (short) 0);
        buffer.set(JAVA_LONG, TIMESPEC_OFFSET, timeoutNanos / 1_000_000_000);
        buffer.set(JAVA_LONG, TIMESPEC_OFFSET + 8, timeoutNanos % 1_000_000_000);
        long address = buffer.address();
        long result = LibC.ppoll(address + POLLFD_OFFSET, 1, address + TIMESPEC_OFFSET);
        if (result != -Errno.EINTR) {
            LinuxException.check(result, "ppoll(puppet)");
        }
    }

    /** {@return the signal that ended the last command, or 0} */
    long signal() {
        return buffer.get(JAVA_LONG, COMMAND_BYTES);
    }

    /** {@return what the last command gave} */
    long value() {
        return buffer.get(JAVA_LONG, COMMAND_BYTES + 8);
    }

    @Override
    public void close() {
        fd.close();
    }
}
