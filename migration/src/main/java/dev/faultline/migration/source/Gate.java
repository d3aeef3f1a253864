package dev.faultline.migration.source;

import java.io.IOException;
import java.util.concurrent.TimeUnit;

/** Where a thread that sends pages waits: for its share of the bandwidth, and while an operator holds it. */
final class Gate {
    private final Pace pace;
    private boolean held;
    private boolean cut;
    private boolean ended;

    Gate(Pace pace) {
        this.pace = pace;
    }

    /** Waits until a frame may go. {@return whether it may at all} */
    synchronized boolean pass(long bytes) throws IOException {
        try {
            while (!isCut()) {
                long now = System.nanoTime();
                long waitNanos = pace.waitNanos(now);
                if (!held && waitNanos == 0) {
                    pace.sent(bytes, now);
                    return true;
                }
                if (held) {
                    wait();
                } else {
                    TimeUnit.NANOSECONDS.timedWait(this, waitNanos);
                }
            }
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while waiting to send", e);
        }
    }

    /** {@return whether no more may go, before {@link #reopen()} if ever} */
    synchronized boolean isCut() {
        return cut || ended;
    }

    synchronized boolean isHeld() {
        return held;
    }

    synchronized void hold(boolean hold) {
        held = hold;
        notifyAll();
    }

    /** Ends the round at hand at the next frame. */
    synchronized void cutShort() {
        cut = true;
        notifyAll();
    }

    /** Lets through what has to be sent after a round that was cut short. */
    synchronized void reopen() {
        cut = false;
    }

    /** The move is over. */
    synchronized void end() {
        ended = true;
        notifyAll();
    }
}
