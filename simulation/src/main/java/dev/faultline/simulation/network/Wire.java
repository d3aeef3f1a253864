package dev.faultline.simulation.network;

import dev.faultline.simulation.world.World;

/** One direction of the network, which all connections share. */
final class Wire {
    private static final int SLOW_FACTOR = 50;

    private final World world;
    private final NetworkShape shape;
    private long freeAtNanos;
    private long partitionedUntilNanos;
    private long slowUntilNanos;

    Wire(World world, NetworkShape shape) {
        this.world = world;
        this.shape = shape;
    }

    /** {@return when bytes arrive that are sent now} Jitter lets connections overtake each other. */
    long arrivalNanos(int bytes) {
        long now = world.nanoTime();
        long perByte = shape.nanosPerKib() * (now < slowUntilNanos ? SLOW_FACTOR : 1);
        freeAtNanos = Math.max(freeAtNanos, now) + bytes * perByte / 1024;
        long jitter = shape.jitterNanos() == 0 ? 0 : world.random().nextLong(shape.jitterNanos());
        return Math.max(freeAtNanos, partitionedUntilNanos) + shape.latencyNanos() + jitter;
    }

    void partition(long untilNanos) {
        partitionedUntilNanos = Math.max(partitionedUntilNanos, untilNanos);
    }

    void slowDown(long untilNanos) {
        slowUntilNanos = Math.max(slowUntilNanos, untilNanos);
    }

    int windowBytes() {
        return shape.windowBytes();
    }
}
