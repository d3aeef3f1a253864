package dev.faultline.uffd.ipc;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.faultline.uffd.internal.linux.LibC;
import dev.faultline.uffd.os.Fd;
import dev.faultline.uffd.os.LinuxException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** Sends what {@link UnixConnection} would not. */
final class RawSender implements AutoCloseable {
    final UnixConnection peer;
    private final UnixSocket socket = UnixSocket.open(UnixSocket.SOCK_STREAM);

    RawSender() {
        String name = ConnectedPair.uniqueName();
        try (UnixListener listener = UnixListener.listen(name)) {
            LinuxException.check(socket.connect(name), "connect");
            peer = listener.accept();
        }
    }

    /** Sends a byte with so many copies of a descriptor. */
    void send(Fd passed, int count) {
        try (Arena arena = Arena.ofConfined()) {
            long controlBytes = 16 + (long) count * Integer.BYTES;
            MemorySegment control = arena.allocate(controlBytes + 7 & -8, 8);
            control.set(JAVA_LONG, 0, controlBytes);
            control.set(JAVA_INT, 8, 1); // SOL_SOCKET
            control.set(JAVA_INT, 12, 1); // SCM_RIGHTS
            for (int i = 0; i < count; i++) {
                control.set(JAVA_INT, 16 + (long) i * Integer.BYTES, passed.number());
            }
            MemorySegment vector = arena.allocate(16, 8);
            vector.set(JAVA_LONG, 0, arena.allocate(1).address());
            vector.set(JAVA_LONG, 8, 1);
            MemorySegment message = arena.allocate(56, 8);
            message.set(JAVA_LONG, 16, vector.address());
            message.set(JAVA_LONG, 24, 1);
            message.set(JAVA_LONG, 32, control.address());
            message.set(JAVA_LONG, 40, control.byteSize());
            LinuxException.check(socket.call(fd -> LibC.sendmsg(fd.number(), message.address(), 0)), "sendmsg");
        }
    }

    @Override
    public void close() {
        socket.close();
        peer.close();
    }
}
