package dev.faultline.migration.host;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.channels.ClosedChannelException;

/** Listens for connections. */
public interface Listener extends AutoCloseable {
    /**
     * Waits for a connection.
     *
     * @return the connection
     * @throws ClosedChannelException if the listener is closed
     * @throws IOException if taking it failed; the next one may succeed
     */
    Link accept() throws IOException;

    /** {@return where it listens} */
    InetSocketAddress address();

    /** {@return whether it still listens} */
    boolean isOpen();

    /** Listens no more; a thread that waits is told so by an exception. */
    @Override
    void close();
}
