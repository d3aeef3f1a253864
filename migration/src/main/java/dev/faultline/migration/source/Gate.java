package dev.faultline.migration.source;

import dev.faultline.migration.host.Host;
import dev.faultline.migration.host.Signal;
import java.io.IOException;

/** Where the threads that send pages wait: for their share of the bandwidth, and while an operator holds them. */
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

    /** Waits until a frame may go. {@return whether it may at all} */
    boolean pass(long bytes) throws IOException {
        try {
            while (!isCut()) {
                if (held) {
                    changed.await(() -> !held || isCut(), Signal.FOREVER);
                    continue;
                }
                long waitNanos = takeShare(bytes, host.nanoTime());
                if (waitNanos == 0) {
                    return true;
                }
                changed.await(() -> held || isCut(), waitNanos);
            }
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while waiting to send", e);
        }
    }

    /** Takes the share of a frame that may go now. {@return 0, or how long to wait before asking again} */
    private synchronized long takeShare(long bytes, long nowNanos) {
        long waitNanos = pace.waitNanos(nowNanos);
        if (waitNanos == 0) {
            pace.sent(bytes, nowNanos);
        }
        return waitNanos;
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
