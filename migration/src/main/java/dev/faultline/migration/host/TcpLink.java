package dev.faultline.migration.host;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;

/** A TCP connection. Bytes go from and to the caller's memory without a copy in between. */
public final class TcpLink implements Link {
    private final SocketChannel channel;

    /**
     * Wraps a connected channel.
     *
     * @param channel the channel, blocking; closed with the link
     * @throws IOException if it has broken
     */
    public TcpLink(SocketChannel channel) throws IOException {
        this.channel = channel;
        channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
        channel.setOption(StandardSocketOptions.SO_KEEPALIVE, true);
    }

    @Override
    public int read(ByteBuffer target) throws IOException {
        return channel.read(target);
    }

    @Override
    public void write(ByteBuffer... sources) throws IOException {
        while (hasRemaining(sources)) {
            channel.write(sources);
        }
    }

    private static boolean hasRemaining(ByteBuffer... sources) {
        for (ByteBuffer source : sources) {
            if (source.hasRemaining()) {
                return true;
            }
        }
        return false;
    }

    @Override
    public void endOutput() throws IOException {
        channel.shutdownOutput();
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot close a connection", e);
        }
    }
}
