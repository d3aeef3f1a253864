package dev.faultline.migration.host;

import java.io.IOException;
import java.net.InetSocketAddress;

/** Another host, but for what a subclass does in its own way: its connections and threads. */
public abstract class ForwardingHost implements Host {
    private final Host host;

    /**
     * Wraps a host.
     *
     * @param host the host that does the work
     */
    protected ForwardingHost(Host host) {
        this.host = host;
    }

    @Override
    public final long nanoTime() {
        return host.nanoTime();
    }

    @Override
    public final long newId() {
        return host.newId();
    }

    @Override
    public Worker start(String name, Runnable body) {
        return host.start(name, body);
    }

    @Override
    public Signal newSignal() {
        return host.newSignal();
    }

    @Override
    public final void pause(long nanos) {
        host.pause(nanos);
    }

    @Override
    public long residentBytes() {
        return host.residentBytes();
    }

    @Override
    public Link connect(InetSocketAddress address) throws IOException {
        return host.connect(address);
    }

    @Override
    public Listener listen(InetSocketAddress address) throws IOException {
        return host.listen(address);
    }
}
