package dev.faultline.migration.tls;

import dev.faultline.migration.host.Link;
import dev.faultline.migration.host.Listener;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.function.UnaryOperator;

/**
 * Listens for peers that speak TLS. Their handshake is not done here, where one of them that is slow would keep all others
 * waiting.
 */
final class TlsListener implements Listener {
    private final Listener listener;
    private final UnaryOperator<Link> wrap;

    TlsListener(Listener listener, UnaryOperator<Link> wrap) {
        this.listener = listener;
        this.wrap = wrap;
    }

    @Override
    public Link accept() throws IOException {
        return wrap.apply(listener.accept());
    }

    @Override
    public InetSocketAddress address() {
        return listener.address();
    }

    @Override
    public boolean isOpen() {
        return listener.isOpen();
    }

    @Override
    public void close() {
        listener.close();
    }
}
