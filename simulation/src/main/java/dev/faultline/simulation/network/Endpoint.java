package dev.faultline.simulation.network;

import dev.faultline.migration.host.Link;
import dev.faultline.migration.host.Listener;
import java.io.IOException;
import java.net.InetSocketAddress;

/** The network as one process sees it. */
public final class Endpoint implements Uplink {
    private final SimNetwork network;
    private final String name;
    private final boolean atSource;

    Endpoint(SimNetwork network, String name, boolean atSource) {
        this.network = network;
        this.name = name;
        this.atSource = atSource;
    }

    String name() {
        return name;
    }

    boolean isAtSource() {
        return atSource;
    }

    @Override
    public Link connect(InetSocketAddress address) throws IOException {
        return network.connect(this, address);
    }

    @Override
    public Listener listen(InetSocketAddress address) throws IOException {
        return network.listen(this, address);
    }

    @Override
    public void die() {
        network.died(this);
    }
}
