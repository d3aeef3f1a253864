package dev.faultline.migration.source;

import dev.faultline.migration.host.Host;
import dev.faultline.migration.host.Signal;
import dev.faultline.migration.page.PageBits;
import java.io.IOException;
import java.util.List;
import java.util.function.BooleanSupplier;

/**
 * What was sent on the pages connection and has not been acknowledged: at the pause these pages count as dirty, for
 * nobody knows whether their last frame will take effect. A ring of frames in the order of sending; its size is also the
 * window beyond which the sender waits.
 */
final class SendLedger {
    static final int WINDOW_FRAMES = 1 << 14;

    private final long[] pages = new long[WINDOW_FRAMES];
    private final int[] counts = new int[WINDOW_FRAMES];
    private final Signal changed;
    private volatile long sentFrames;
    private volatile long appliedFrames;
    private volatile boolean broken;
    /** How many frames had taken effect when the rounds were closed; what is acknowledged later may have been dropped. */
    private volatile long closedAt = Long.MAX_VALUE;

    SendLedger(Host host) {
        changed = host.newSignal();
    }

    /** Notes a frame that is about to be sent. Only one thread sends. {@return its number, from 1 on} */
    long sending(int region, int first, int count) throws IOException {
        awaitInFlight(WINDOW_FRAMES - 1);
        long frame = sentFrames;
        int slot = (int) (frame % WINDOW_FRAMES);
        pages[slot] = (long) region << 32 | first;
        counts[slot] = count;
        sentFrames = frame + 1;
        return frame + 1;
    }

    /** {@return whether a frame has taken effect at the destination, and was not just received} */
    boolean tookEffect(long frame) {
        return frame <= Math.min(appliedFrames, closedAt);
    }

    /** The destination says that everything up to that frame has taken effect. */
    void applied(long frames) throws IOException {
        if (frames < appliedFrames || frames > sentFrames) {
            throw new IOException(
                    "the destination acknowledges frame " + frames + " of " + sentFrames + " after " + appliedFrames);
        }
        appliedFrames = frames;
        changed.raise();
    }

    /** Waits until everything sent has taken effect. */
    void awaitApplied() throws IOException {
        awaitInFlight(0);
    }

    /**
     * Closes the rounds: adds every page whose last frame may not have taken effect. What is acknowledged from now on may have
     * been dropped. Called when no thread sends.
     */
    void addUnacknowledged(List<PageBits> dirty) {
        closedAt = appliedFrames;
        for (long frame = closedAt; frame < sentFrames; frame++) {
            int slot = (int) (frame % WINDOW_FRAMES);
            dirty.get((int) (pages[slot] >> 32)).add((int) pages[slot], counts[slot]);
        }
    }

    /** No acknowledgement will come any more. */
    void breakOff() {
        broken = true;
        changed.raise();
    }

    private void awaitInFlight(long maxFrames) throws IOException {
        await(() -> sentFrames - appliedFrames <= maxFrames);
    }

    /** Waits until something is so that acknowledgements bring about. */
    void await(BooleanSupplier until) throws IOException {
        try {
            changed.await(() -> broken || until.getAsBoolean(), Signal.FOREVER);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while waiting for the destination", e);
        }
        if (broken) {
            throw new IOException("the pages connection has broken");
        }
    }
}
