package dev.faultline.benchmarks.whole;

import dev.faultline.qemu.lab.serial.Heartbeat;
import java.util.List;
import java.util.function.ToLongFunction;

/** How much a guest did when, by the arrivals of its heartbeats. */
public final class GuestPace {
    private static final double NANOS_PER_SECOND = 1e9;
    private static final double NANOS_PER_MILLI = 1e6;

    private final List<Heartbeat> heartbeats;
    private final ToLongFunction<Heartbeat> work;

    /**
     * Looks at a guest.
     *
     * @param heartbeats all of its, wherever it was
     * @param isIdle whether it writes nothing: then what it verified counts, else what it wrote
     */
    public GuestPace(List<Heartbeat> heartbeats, boolean isIdle) {
        this.heartbeats = List.copyOf(heartbeats);
        work = isIdle ? Heartbeat::pagesVerified : Heartbeat::pagesWritten;
    }

    /**
     * {@return pages in a second, from the last heartbeat before one moment to the last before another}
     *
     * @param fromNanos the one moment, by {@link System#nanoTime}
     * @param toNanos the other
     */
    public double pagesPerSecond(long fromNanos, long toNanos) {
        return (done(toNanos) - done(fromNanos)) * NANOS_PER_SECOND / (toNanos - fromNanos);
    }

    private long done(long atNanos) {
        long done = 0;
        for (Heartbeat heartbeat : heartbeats) {
            if (heartbeat.arrivalNanos() - atNanos > 0) {
                break;
            }
            done = work.applyAsLong(heartbeat);
        }
        return done;
    }

    /**
     * {@return the longest time between two heartbeats of which the second came in a span of time, in milliseconds}
     *
     * @param fromNanos its begin, by {@link System#nanoTime}
     * @param toNanos its end
     */
    public double longestGapMillis(long fromNanos, long toNanos) {
        long longest = 0;
        for (int i = 1; i < heartbeats.size(); i++) {
            long arrival = heartbeats.get(i).arrivalNanos();
            if (arrival - fromNanos >= 0 && arrival - toNanos <= 0) {
                longest = Math.max(longest, arrival - heartbeats.get(i - 1).arrivalNanos());
            }
        }
        return longest / NANOS_PER_MILLI;
    }
}
