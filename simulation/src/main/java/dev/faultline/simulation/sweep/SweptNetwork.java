package dev.faultline.simulation.sweep;

import dev.faultline.migration.host.Link;
import dev.faultline.migration.host.Listener;
import dev.faultline.model.VirtualCondition;
import dev.faultline.model.VirtualTime;
import dev.faultline.simulation.network.Uplink;
import dev.faultline.simulation.world.World;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.channels.AsynchronousCloseException;
import java.util.ArrayDeque;
import java.util.Deque;

/** A link of a certain bandwidth and latency, on which nothing goes wrong. The destination listens, the source connects. */
final class SweptNetwork implements Uplink {
    private final World world;
    private final SweepPoint point;
    private final SweptWire there;
    private final SweptWire back;
    private final Deque<Link> arrived = new ArrayDeque<>();
    private final VirtualCondition changed;
    private boolean closed;

    SweptNetwork(World world, SweepPoint point) {
        this.world = world;
        this.point = point;
        there = new SweptWire(world, point);
        back = new SweptWire(world, point);
        changed = world.time().newCondition();
    }

    long carriedBytes() {
        return there.carriedBytes();
    }

    @Override
    public Link connect(InetSocketAddress address) {
        world.time().pass(2 * point.latencyNanos());
        SweptPipe out = new SweptPipe(world, point);
        SweptPipe in = new SweptPipe(world, point);
        SweptLink.Purpose purpose = new SweptLink.Purpose();
        arrived.add(new SweptLink(world, point, purpose, back, out, in));
        changed.wakeAll();
        return new SweptLink(world, point, purpose, there, in, out);
    }

    @Override
    public Listener listen(InetSocketAddress address) {
        return new Listener() {
            @Override
            public Link accept() throws IOException {
                changed.await(() -> !arrived.isEmpty() || closed, VirtualTime.FOREVER);
                if (closed) {
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
                return !closed;
            }

            @Override
            public void close() {
                closed = true;
                changed.wakeAll();
            }
        };
    }

    @Override
    public void die() {
        // No process of a sweep is killed.
    }
}
