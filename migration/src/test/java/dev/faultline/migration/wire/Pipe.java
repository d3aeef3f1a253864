package dev.faultline.migration.wire;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;

/** Both ends of one TCP connection, for tests. */
public final class Pipe implements AutoCloseable {
    /** The end that is tested, mostly. */
    public final SocketChannel near;
    /** The peer's end. */
    public final SocketChannel far;

    /** Connects. */
    public Pipe() throws IOException {
        try (ServerSocketChannel listener =
                ServerSocketChannel.open().bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))) {
            near = SocketChannel.open(listener.getLocalAddress());
            far = listener.accept();
        }
    }

    @Override
    public void close() throws IOException {
        near.close();
        far.close();
    }
}
