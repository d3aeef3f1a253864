package dev.faultline.migration.destination;

/**
 * For how long to look for the next fault before sleeping until it comes: to wake a sleeping thread takes longer than all the
 * rest of a fault. Doubles when that would have found, or has found, a fault; halves when it has found none, so that a
 * guest whose faults are rare costs no processor. Used by one thread.
 */
final class FaultSpin {
    /** Shorter than this it is not worth beginning. */
    private static final long LEAST_NANOS = 4_000;

    private final long maxNanos;
    private long nanos;

    /**
     * Makes one that does not spin yet.
     *
     * @param maxNanos for how long at most; 0 for never
     */
    FaultSpin(long maxNanos) {
        this.maxNanos = maxNanos;
    }

    /** {@return for how long to spin now} */
    long nanos() {
        return nanos;
    }

    /** It has spun. */
    void spun(boolean found) {
        if (found) {
            longer();
        } else {
            nanos = nanos / 2 < LEAST_NANOS ? 0 : nanos / 2;
        }
    }

    /** It has slept until a fault came, for so long after it spun. */
    void slept(long sleptNanos) {
        if (sleptNanos <= maxNanos) {
            longer();
        }
    }

    private void longer() {
        nanos = Math.min(maxNanos, Math.max(LEAST_NANOS, 2 * nanos));
    }
}
