package dev.faultline.uffd.ipc;

import dev.faultline.uffd.internal.linux.LibC;
import java.util.concurrent.atomic.AtomicInteger;

/** Both ends of a connection. */
final class ConnectedPair implements AutoCloseable {
    private static final AtomicInteger NUMBER = new AtomicInteger();

    final UnixConnection client;
    final UnixConnection server;

    ConnectedPair() {
        String name = uniqueName();
        try (UnixListener listener = UnixListener.listen(name)) {
            client = UnixConnection.connect(name);
            server = listener.accept();
        }
    }

    /** {@return an abstract name that no other test has} */
    static String uniqueName() {
        return "@faultline-test-" + LibC.getpid() + "-" + NUMBER.incrementAndGet();
    }

    @Override
    public void close() {
        client.close();
        server.close();
    }
}
