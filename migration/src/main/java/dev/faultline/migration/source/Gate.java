package dev.faultline.migration.source;

import dev.faultline.migration.host.Host;
import dev.faultline.migration.host.Signal;
import java.io.IOException;

/** Where the thread that sends pages waits: for its share of the bandwidth, and while an operator holds it. */
final class Gate {
    private final Host host;
    private final Pace pace;
    private final Signal changed;
    private volatile boolean held;
    private volatile boolean cut;
    private volatile boolean ended;

    Gate(Host host, Pace pace) {
        this.host = host;
        this.pace = pace;
        changed = host.newSignal();
    }

    /** Waits until a frame may go; called by one thread at a time. {@return whether it may at all} */
    boolean pass(long bytes) throws IOException {
        try {
            while (!isCut()) {
                long nowNanos = host.nanoTime();
                long waitNanos = pace.waitNanos(nowNanos);
                if (held) {
                    changed.await(() -> !held || isCut(), Signal.FOREVER);
                } else if (waitNanos > 0) {
                    changed.await(() -> held || isCut(), waitNanos);
                } else {
                    pace.sent(bytes, nowNanos);
                    return true;
                }
            }
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while waiting to send", e);
        }
    }

    /** {@return whether no more may go, before {@link #reopen()} if ever} */
    boolean isCut() {
        return cut || ended;
    }

    boolean isHeld() {
        return held;
    }

    void hold(boolean hold) {
        held = hold;
        changed.raise();
    }

    /** Ends the round at hand at the next frame. */
    void cutShort() {
        cut = true;
        changed.raise();
    }

    /** Lets through what has to be sent after a round that was cut short. */
    void reopen() {
        cut = false;
    }

    /** The move is over. */
    void end() {
        ended = true;
        changed.raise();
    }
}
