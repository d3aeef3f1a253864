package dev.faultline.simulation.network;

import dev.faultline.migration.host.Link;
import dev.faultline.migration.host.Listener;
import java.io.IOException;
import java.net.InetSocketAddress;

/** A network as one process sees it. */
public interface Uplink {
    /** As {@code connect(2)} does. */
    Link connect(InetSocketAddress address) throws IOException;

    /** As {@code listen(2)} does. */
    Listener listen(InetSocketAddress address) throws IOException;

    /** The process has ended. */
    void die();
}
