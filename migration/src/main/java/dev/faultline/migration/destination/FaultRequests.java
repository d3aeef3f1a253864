package dev.faultline.migration.destination;

import dev.faultline.migration.page.PageStates;
import dev.faultline.migration.page.WaitingFaults;
import dev.faultline.migration.wire.FrameChannel;
import dev.faultline.migration.wire.FrameType;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Asks the source for pages, over whatever connection there is now. While there is none, and when one breaks, pages simply
 * go on being waited for: over the next connection all of them are asked for again. Only the reader of faults asks.
 */
final class FaultRequests {
    private static final ByteBuffer NO_PAYLOAD = ByteBuffer.allocate(0);

    private final DestinationMemory memory;
    private final WaitingFaults waiting;
    private volatile @Nullable FrameChannel channel;
    /** The connection over which everything that is waited for has been asked for. */
    private @Nullable FrameChannel asked;

    private boolean reconnected;
    private long reconnectedNanos;

    FaultRequests(DestinationMemory memory, WaitingFaults waiting) {
        this.memory = memory;
        this.waiting = waiting;
    }

    void connect(FrameChannel newChannel) {
        channel = newChannel;
    }

    void disconnect() {
        channel = null;
    }

    /** Asks for a page that has just begun to be waited for, and is noted so. */
    void ask(int region, int page, long nowNanos) {
        FrameChannel now = channel;
        if (now != asked) {
            askAgain(nowNanos);
        } else if (now != null) {
            ask(now, region, page);
        }
    }

    private void ask(FrameChannel now, int region, int page) {
        try {
            now.write(FrameType.FAULT, 0, region, 1, page, 0, NO_PAYLOAD.duplicate());
        } catch (IOException e) {
            asked = null; // its reader hears of it too, and tells the session
            System.getLogger(FaultRequests.class.getName())
                    .log(System.Logger.Level.DEBUG, "a page could not be asked for", e);
        }
    }

    /** Asks for everything that is waited for, if there is a new connection. */
    void askAgain(long nowNanos) {
        FrameChannel now = channel;
        if (now == asked) {
            return;
        }
        asked = now;
        if (now != null) {
            reconnectedNanos = reconnected ? nowNanos : Long.MIN_VALUE;
            reconnected = true;
            waiting.forEach(key -> {
                byte state = memory.states(WaitingFaults.region(key)).state(WaitingFaults.page(key));
                if (!PageStates.isCurrent(state) && asked == now) {
                    ask(now, WaitingFaults.region(key), WaitingFaults.page(key));
                }
            });
        }
    }

    /** {@return for how long the oldest page has been asked for without an answer; 0 while nobody can be asked} */
    long oldestAgeNanos(long nowNanos) {
        long ageNanos = waiting.oldestAgeNanos(nowNanos);
        if (channel == null) {
            return 0;
        }
        return reconnectedNanos == Long.MIN_VALUE ? ageNanos : Math.min(ageNanos, nowNanos - reconnectedNanos);
    }
}
