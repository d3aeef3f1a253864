package dev.faultline.migration.host;

import java.io.IOException;
import java.nio.ByteBuffer;

/** One connection to another host: bytes in order, both ways. One thread reads, one writes; any may close. */
public interface Link extends AutoCloseable {
    /**
     * Waits for bytes.
     *
     * @param target filled as far as bytes are there, by one at least if it has room
     * @return how many, or -1 if the peer sends no more
     * @throws IOException if the connection has broken or was closed
     */
    int read(ByteBuffer target) throws IOException;

    /**
     * Sends bytes.
     *
     * @param sources what, in this order; all of it is sent
     * @throws IOException if the connection has broken or was closed
     */
    void write(ByteBuffer... sources) throws IOException;

    /**
     * Tells the peer that no more bytes come; what was sent before still arrives, which a mere close may prevent.
     *
     * @throws IOException if the connection has broken or was closed
     */
    void endOutput() throws IOException;

    /** Closes it; a thread that waits in it is told so by an exception. */
    @Override
    void close();
}
