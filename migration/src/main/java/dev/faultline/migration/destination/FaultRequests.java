package dev.faultline.migration.destination;

import dev.faultline.migration.page.PageStates;
import dev.faultline.migration.page.WaitingFaults;
import dev.faultline.migration.wire.FrameChannel;
import dev.faultline.migration.wire.FrameType;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * Asks the source for pages, over whatever connection there is now. While there is none, and when one breaks, pages simply
 * go on being waited for: over the next connection all of them are asked for again. Any reader of faults asks. One of them
 * writes at a time; the others leave it what they want and go on, so that a connection that is full holds up one of them.
 */
final class FaultRequests {
    private final ByteBuffer noPayload = ByteBuffer.allocate(0);
    private final DestinationMemory memory;
    private final FaultShards shards;
    /** What was left to the one who writes. */
    private final Queue<Long> wanted = new ConcurrentLinkedQueue<>();

    private final AtomicBoolean writing = new AtomicBoolean();
    private volatile @Nullable FrameChannel channel;
    /** The connection over which everything that is waited for has been asked for. Set by whoever writes. */
    private volatile @Nullable FrameChannel asked;

    private boolean reconnected;
    private volatile long reconnectedNanos = Long.MIN_VALUE;

    FaultRequests(DestinationMemory memory, FaultShards shards) {
        this.memory = memory;
        this.shards = shards;
    }

    void connect(FrameChannel newChannel) {
        channel = newChannel;
    }

    void disconnect() {
        channel = null;
    }

    /** Asks for a page that has just begun to be waited for, and is noted so. */
    void ask(int region, int page, long nowNanos) {
        long key = WaitingFaults.key(region, page);
        if (!writing.compareAndSet(false, true)) {
            wanted.add(key); // which allocates; to write at once does not
            write(nowNanos);
            return;
        }
        try {
            FrameChannel now = channel;
            if (now == asked) {
                askIfAny(now, key);
            } else {
                begin(now, nowNanos); // asks for this page too
            }
        } finally {
            writing.set(false);
        }
        if (!wanted.isEmpty()) {
            write(nowNanos);
        }
    }

    private void askIfAny(@Nullable FrameChannel now, long key) {
        if (now != null && asked == now) {
            ask(now, key);
        }
    }

    /** Asks for everything that is waited for, if there is a new connection. */
    void askAgain(long nowNanos) {
        if (channel != asked) {
            write(nowNanos);
        }
    }

    /** Who left something to a writer that was about to end finds that it has ended, or is found by it. */
    private void write(long nowNanos) {
        do {
            if (!writing.compareAndSet(false, true)) {
                return;
            }
            try {
                writeAll(nowNanos);
            } finally {
                writing.set(false);
            }
        } while (!wanted.isEmpty());
    }

    private void writeAll(long nowNanos) {
        FrameChannel now = channel;
        if (now != asked) {
            begin(now, nowNanos);
        }
        for (Long key = wanted.poll(); key != null; key = wanted.poll()) {
            askIfAny(now, key);
        }
    }

    private void begin(@Nullable FrameChannel now, long nowNanos) {
        asked = now;
        if (now != null) {
            reconnectedNanos = reconnected ? nowNanos : Long.MIN_VALUE;
            reconnected = true;
            wanted.clear(); // first: what comes after this may be asked for twice, and nothing not at all
            shards.forEachWaiting(key -> {
                byte state = memory.states(WaitingFaults.region(key)).state(WaitingFaults.page(key));
                if (!PageStates.isCurrent(state) && asked == now) {
                    ask(now, key);
                }
            });
        }
    }

    private void ask(FrameChannel now, long key) {
        int region = WaitingFaults.region(key);
        try {
            now.write(FrameType.FAULT, 0, region, 1, WaitingFaults.page(key), 0, noPayload);
        } catch (IOException e) {
            asked = null; // its reader hears of it too, and tells the session
            System.getLogger(FaultRequests.class.getName())
                    .log(System.Logger.Level.DEBUG, "a page could not be asked for", e);
        }
    }

    /** {@return for how long the oldest of some pages has been asked for without an answer; 0 while nobody can be asked} */
    long oldestAgeNanos(WaitingFaults waiting, long nowNanos) {
        long ageNanos = waiting.oldestAgeNanos(nowNanos);
        if (channel == null) {
            return 0;
        }
        long sinceNanos = reconnectedNanos;
        return sinceNanos == Long.MIN_VALUE ? ageNanos : Math.min(ageNanos, nowNanos - sinceNanos);
    }
}
