package dev.faultline.simulation.network;

import dev.faultline.simulation.world.World;
import java.nio.ByteBuffer;

/** A connection between two hosts. */
final class Connection {
    private static final int CONTROL = 0;
    private static final int UNKNOWN = -1;

    private final SimNetwork network;
    private final Pipe there;
    private final Pipe back;
    private final SimLink client;
    private final SimLink server;
    private final Endpoint clientOwner;
    private final Endpoint serverOwner;
    private int role = UNKNOWN;

    Connection(SimNetwork network, World world, int number, Endpoint from, Endpoint to, Wire thereWire, Wire backWire) {
        this.network = network;
        there = new Pipe(world, thereWire);
        back = new Pipe(world, backWire);
        client = new SimLink(world, from.name() + " #" + number, back, there, this);
        server = new SimLink(world, to.name() + " #" + number, there, back, this);
        clientOwner = from;
        serverOwner = to;
    }

    SimLink client() {
        return client;
    }

    SimLink server() {
        return server;
    }

    ByteBuffer passOn(ByteBuffer header) {
        return network.passOn(header);
    }

    void introduce(int newRole) {
        role = newRole;
    }

    boolean isControl() {
        return role == CONTROL;
    }

    boolean isOver() {
        return (there.isBroken() && back.isBroken()) || (client.isClosed() && server.isClosed());
    }

    void cut() {
        there.breakOff();
        back.breakOff();
    }

    void stall(long untilNanos) {
        there.stall(untilNanos);
        back.stall(untilNanos);
    }

    void partition(long untilNanos, boolean bothWays) {
        Pipe fromSource = clientOwner.isAtSource() ? there : back;
        Pipe fromDestination = clientOwner.isAtSource() ? back : there;
        fromSource.stall(untilNanos);
        if (bothWays) {
            fromDestination.stall(untilNanos);
        }
    }

    /** A process has ended: its kernel closes what it had open. */
    void ownerDied(Endpoint endpoint) {
        if (clientOwner == endpoint) {
            client.close();
        }
        if (serverOwner == endpoint) {
            server.close();
        }
    }
}
