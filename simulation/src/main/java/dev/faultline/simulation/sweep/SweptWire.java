package dev.faultline.simulation.sweep;

import dev.faultline.simulation.world.World;

/** One direction of the link between two hosts. */
final class SweptWire {
    /** What may stand before a small message: the network takes turns between connections. */
    private static final int TURN_BYTES = 1 << 16;

    private final World world;
    private final SweepPoint point;
    private double freeAtNanos;
    private double carriedBytes;

    SweptWire(World world, SweepPoint point) {
        this.world = world;
        this.point = point;
    }

    private double nanos(double bytes) {
        return bytes / point.bytesPerNano();
    }

    private void occupy(double bytes) {
        carriedBytes += bytes;
        freeAtNanos = Math.max(freeAtNanos, (double) world.nanoTime()) + nanos(bytes);
    }

    /** Pages in bulk, one after the other. {@return when they have arrived} */
    long bulk(double bytes) {
        occupy(bytes);
        return Math.round(freeAtNanos) + point.latencyNanos();
    }

    /**
     * A message of a connection of its own, beside the bulk.
     *
     * @param rest what is carried for it later, among the bulk
     * @return when it has arrived
     */
    long message(double bytes, double rest) {
        boolean busy = freeAtNanos > world.nanoTime();
        occupy(bytes + rest);
        return Math.round(world.nanoTime() + nanos(bytes + (busy ? TURN_BYTES : 0))) + point.latencyNanos();
    }

    long carriedBytes() {
        return Math.round(carriedBytes);
    }
}
