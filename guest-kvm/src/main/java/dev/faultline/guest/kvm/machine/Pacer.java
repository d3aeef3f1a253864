package dev.faultline.guest.kvm.machine;

import java.util.concurrent.TimeUnit;

/**
 * Decides how many pages lie between two heartbeats, and how long a vCPU rests at one.
 *
 * <p>A heartbeat costs a guest on KVM some 40 us, so that it should come no more often than every {@value #TARGET_MICROS}
 * us of work; but a guest whose pages fault is a hundred times slower than one whose pages are mapped. So the distance
 * follows the speed, beginning small, since a guest that was just moved begins slowly.
 */
final class Pacer {
    /** Pages between heartbeats at the start. */
    static final int FIRST_BATCH = 16;

    private static final int MAX_BATCH = 4096;
    private static final long TARGET_MICROS = 2_000;
    private static final long TARGET_NANOS = TARGET_MICROS * 1_000;

    /** With a limited rate, the longest time that a batch stands for: a heartbeat comes at least as often. */
    private static final long THROTTLED_NANOS = TimeUnit.MILLISECONDS.toNanos(4);

    /** A guest that is further behind its rate than this does not catch up: it was stopped, or cannot. */
    private static final long FORGIVEN_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    private static final long SECOND_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final long pagesPerSecond;
    private final int maxBatch;
    private int batch;
    private long originNanos;
    private long originPages;
    private long workSinceNanos;

    /**
     * Starts at a rate.
     *
     * @param pagesPerSecond pages to be written per second, or 0 for no limit
     */
    Pacer(long pagesPerSecond) {
        this.pagesPerSecond = pagesPerSecond;
        maxBatch = pagesPerSecond == 0
                ? MAX_BATCH
                : Math.clamp(pagesPerSecond * THROTTLED_NANOS / SECOND_NANOS, 1, MAX_BATCH);
        batch = Math.min(FIRST_BATCH, maxBatch);
    }

    /** {@return pages from one heartbeat to the next, until {@link #heartbeat} says otherwise} */
    int batch() {
        return batch;
    }

    /**
     * The vCPU begins to work after a stop.
     *
     * @param nowNanos the time
     * @param pagesWritten pages that it has written so far
     */
    void begin(long nowNanos, long pagesWritten) {
        originNanos = nowNanos;
        originPages = pagesWritten;
        workSinceNanos = nowNanos;
    }

    /**
     * {@return until when the vCPU is to rest; not after now if it need not}
     *
     * @param nowNanos the time of the heartbeat
     * @param pagesWritten pages that it has written so far
     */
    long heartbeat(long nowNanos, long pagesWritten) {
        adapt(nowNanos - workSinceNanos);
        if (pagesPerSecond == 0) {
            return nowNanos;
        }
        // In floating point: a long run's pages times the nanoseconds of a second do not fit into 64 bits.
        long due = originNanos + (long) ((double) (pagesWritten - originPages) * SECOND_NANOS / pagesPerSecond);
        if (due < nowNanos - FORGIVEN_NANOS) {
            originNanos = nowNanos;
            originPages = pagesWritten;
            return nowNanos;
        }
        return due;
    }

    /**
     * The vCPU goes on after a heartbeat.
     *
     * @param nowNanos the time
     */
    void rested(long nowNanos) {
        workSinceNanos = nowNanos;
    }

    /** By factors of two only, because telling the guest is a system call of its own. */
    private void adapt(long workNanos) {
        if (workNanos > TARGET_NANOS * 2) {
            long slower = batch * TARGET_NANOS / workNanos;
            batch = (int) Math.max(1, Long.highestOneBit(slower));
        } else if (workNanos < TARGET_NANOS / 2) {
            batch = Math.min(batch * 2, maxBatch);
        }
    }
}
