package dev.faultline.simulation.network;

import dev.faultline.migration.host.Link;
import dev.faultline.migration.host.Listener;
import dev.faultline.simulation.world.Side;
import dev.faultline.simulation.world.World;
import java.io.IOException;
import java.net.BindException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The network between the two hosts, and what can go wrong with it. */
public final class SimNetwork {
    private static final byte PAGES = 4;
    private static final byte ZEROS = 5;
    private static final int PAGE_OFFSET = 8;
    private static final long PAGES_BEYOND = 1 << 20;

    private final World world;
    private final Wire fromSource;
    private final Wire fromDestination;
    private final List<Connection> connections = new ArrayList<>();
    private final List<SimListener> listeners = new ArrayList<>();
    private int count;
    private long refusingUntilNanos;
    private boolean falsifiesNext;
    private boolean hasFalsified;

    public SimNetwork(World world, NetworkShape shape) {
        this.world = world;
        fromSource = new Wire(world, shape);
        fromDestination = new Wire(world, shape);
    }

    /** {@return the network as a new process of a host sees it} */
    public Endpoint newEndpoint(String name, Side side) {
        return new Endpoint(this, name, side == Side.SOURCE);
    }

    Link connect(Endpoint from, InetSocketAddress address) throws IOException {
        Wire there = from.isAtSource() ? fromSource : fromDestination;
        Wire back = from.isAtSource() ? fromDestination : fromSource;
        world.time().pass(there.arrivalNanos(1) - world.nanoTime());
        SimListener listener = listenerAt(address);
        world.time().pass(back.arrivalNanos(1) - world.nanoTime());
        if (listener == null || !listener.isOpen() || world.nanoTime() < refusingUntilNanos) {
            throw new ConnectException("Connection refused");
        }
        connections.removeIf(Connection::isOver);
        Connection connection = new Connection(this, world, ++count, from, listener.owner(), there, back);
        connections.add(connection);
        listener.add(connection.server());
        return connection.client();
    }

    private @Nullable SimListener listenerAt(InetSocketAddress address) {
        return listeners.stream()
                .filter(listener -> listener.isOpen() && listener.address().equals(address))
                .findFirst()
                .orElse(null);
    }

    Listener listen(Endpoint owner, InetSocketAddress address) throws IOException {
        listeners.removeIf(listener -> !listener.isOpen());
        if (listenerAt(address) != null) {
            throw new BindException("Address already in use");
        }
        SimListener listener = new SimListener(world.time(), owner, address);
        listeners.add(listener);
        return listener;
    }

    void died(Endpoint endpoint) {
        for (SimListener listener : listeners) {
            if (listener.owner() == endpoint) {
                listener.close();
            }
        }
        connections.forEach(connection -> connection.ownerDied(endpoint));
    }

    /** Breaks all connections. */
    public void cutAll() {
        connections.forEach(Connection::cut);
    }

    /** Breaks one connection, if there is any. */
    public void cutOne() {
        List<Connection> live = live();
        if (!live.isEmpty()) {
            live.get(world.random().nextInt(live.size())).cut();
        }
    }

    /** Lets nothing of one connection arrive for a while. */
    public void stallOne(long nanos) {
        List<Connection> live = live();
        if (!live.isEmpty()) {
            live.get(world.random().nextInt(live.size())).stall(world.nanoTime() + nanos);
        }
    }

    private List<Connection> live() {
        return connections.stream().filter(connection -> !connection.isOver()).toList();
    }

    /** Lets nothing arrive for a while: both ways, or one. */
    public void partition(long nanos, boolean bothWays) {
        long until = world.nanoTime() + nanos;
        fromSource.partition(until);
        if (bothWays) {
            fromDestination.partition(until);
        }
        connections.forEach(connection -> connection.partition(until, bothWays));
    }

    /** Has everything take long for a while. */
    public void slowDown(long nanos) {
        fromSource.slowDown(world.nanoTime() + nanos);
        fromDestination.slowDown(world.nanoTime() + nanos);
    }

    /** Has the next frame with pages name others, as a hostile source may. */
    public void falsifyNext() {
        falsifiesNext = true;
    }

    /** {@return the header of a frame, as it is to be sent} */
    ByteBuffer passOn(ByteBuffer header) {
        byte type = header.get(header.position());
        if (!falsifiesNext || (type != PAGES && type != ZEROS)) {
            return header;
        }
        falsifiesNext = false;
        hasFalsified = true;
        ByteBuffer other = ByteBuffer.allocate(header.remaining()).order(ByteOrder.LITTLE_ENDIAN);
        other.put(header.duplicate()).flip();
        other.putLong(PAGE_OFFSET, other.getLong(PAGE_OFFSET) + PAGES_BEYOND);
        header.position(header.limit());
        return other;
    }

    /** {@return whether an engine was sent what no engine sends} */
    public boolean hasFalsified() {
        return hasFalsified;
    }

    /** Refuses new connections for a while. */
    public void refuse(long nanos) {
        refusingUntilNanos = Math.max(refusingUntilNanos, world.nanoTime() + nanos);
    }
}
