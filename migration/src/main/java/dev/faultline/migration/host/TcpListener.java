package dev.faultline.migration.host;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.channels.ServerSocketChannel;

/** Listens for TCP connections. */
final class TcpListener implements Listener {
    private final ServerSocketChannel channel;
    private final InetSocketAddress address;

    TcpListener(ServerSocketChannel channel) throws IOException {
        this.channel = channel;
        address = (InetSocketAddress) channel.getLocalAddress();
    }

    @Override
    public Link accept() throws IOException {
        return new TcpLink(channel.accept());
    }

    @Override
    public InetSocketAddress address() {
        return address;
    }

    @Override
    public boolean isOpen() {
        return channel.isOpen();
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            System.getLogger(TcpListener.class.getName()).log(System.Logger.Level.DEBUG, "closing failed", e);
        }
    }
}
