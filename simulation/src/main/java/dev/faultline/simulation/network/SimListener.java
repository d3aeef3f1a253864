package dev.faultline.simulation.network;

import dev.faultline.migration.host.Link;
import dev.faultline.migration.host.Listener;
import dev.faultline.model.VirtualCondition;
import dev.faultline.model.VirtualTime;
import java.net.InetSocketAddress;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.ClosedChannelException;
import java.util.ArrayDeque;
import java.util.Deque;

/** Listens for connections. */
final class SimListener implements Listener {
    private final Endpoint owner;
    private final InetSocketAddress address;
    private final Deque<SimLink> arrived = new ArrayDeque<>();
    private final VirtualCondition changed;
    private boolean open = true;

    SimListener(VirtualTime time, Endpoint owner, InetSocketAddress address) {
        this.owner = owner;
        this.address = address;
        changed = time.newCondition();
    }

    Endpoint owner() {
        return owner;
    }

    void add(SimLink link) {
        arrived.add(link);
        changed.wakeAll();
    }

    @Override
    public Link accept() throws ClosedChannelException {
        changed.await(() -> !arrived.isEmpty() || !open, VirtualTime.FOREVER);
        if (!open) {
            throw new AsynchronousCloseException();
        }
        return arrived.remove();
    }

    @Override
    public InetSocketAddress address() {
        return address;
    }

    @Override
    public boolean isOpen() {
        return open;
    }

    @Override
    public void close() {
        open = false;
        arrived.forEach(SimLink::close);
        arrived.clear();
        changed.wakeAll();
    }
}
