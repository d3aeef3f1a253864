package dev.faultline.migration.source;

/**
 * A limit of bytes per second, as a token bucket without a clock: what was sent is paid off by time, and who is in debt
 * waits. A sender that was held up catches up with a part of a second only.
 */
final class Pace {
    /** How much unused time counts: enough for a thread that wakes late, too little for a burst that anybody minds. */
    static final long SLACK_NANOS = 20_000_000L;

    private static final long NANOS_PER_SECOND = 1_000_000_000L;

    private final long bytesPerSecond;
    private long paidOffNanos;
    private boolean began;

    /**
     * Makes a limit.
     *
     * @param bytesPerSecond 0 for none
     */
    Pace(long bytesPerSecond) {
        this.bytesPerSecond = bytesPerSecond;
    }

    /** {@return how long to wait before more may be sent} */
    long waitNanos(long nowNanos) {
        return began ? Math.max(0, paidOffNanos - nowNanos) : 0;
    }

    /** Notes what is sent now. */
    void sent(long bytes, long nowNanos) {
        if (bytesPerSecond == 0) {
            return;
        }
        boolean late = !began || nowNanos - paidOffNanos > SLACK_NANOS;
        long fromNanos = late ? nowNanos - (began ? SLACK_NANOS : 0) : paidOffNanos;
        paidOffNanos = fromNanos + (long) ((double) bytes * NANOS_PER_SECOND / bytesPerSecond);
        began = true;
    }
}
