package dev.faultline.migration.host;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;

/** A connection whose peer sends given bytes, in small pieces, and then no more. What is sent to it is dropped. */
public final class BytesLink implements Link {
    private static final int PIECE_BYTES = 1500;

    private final ByteBuffer bytes;
    private volatile boolean closed;

    /** Makes a connection on which these bytes come. */
    public BytesLink(byte[] bytes) {
        this.bytes = ByteBuffer.wrap(bytes);
    }

    @Override
    public int read(ByteBuffer target) throws IOException {
        requireOpen();
        if (!bytes.hasRemaining()) {
            return -1;
        }
        int count = Math.min(PIECE_BYTES, Math.min(target.remaining(), bytes.remaining()));
        target.put(bytes.slice(bytes.position(), count));
        bytes.position(bytes.position() + count);
        return count;
    }

    @Override
    public void write(ByteBuffer... sources) throws IOException {
        requireOpen();
        for (ByteBuffer source : sources) {
            source.position(source.limit());
        }
    }

    @Override
    public void endOutput() throws IOException {
        requireOpen();
    }

    private void requireOpen() throws IOException {
        if (closed) {
            throw new ClosedChannelException();
        }
    }

    /** Whether it was closed at this end. */
    public boolean isClosed() {
        return closed;
    }

    @Override
    public void close() {
        closed = true;
    }
}
