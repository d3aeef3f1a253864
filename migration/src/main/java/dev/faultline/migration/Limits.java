package dev.faultline.migration;

/**
 * What a move may cost.
 *
 * @param maxDowntimeNanos pre-copy hands over when the estimated downtime is not longer
 * @param maxRounds rounds before the hand-over
 * @param maxTimeNanos time before the hand-over, from when the destination is ready; 0 for no limit
 * @param maxBytesPerSecond bytes sent per second until the guest runs on the destination; 0 for no limit
 * @param maxPostcopyBytesPerSecond bytes pushed per second after that, answers to faults not counted; 0 for no limit
 * @param onNoConvergence what pre-copy does at the limits of rounds and time; the other modes hand over
 */
public record Limits(
        long maxDowntimeNanos,
        int maxRounds,
        long maxTimeNanos,
        long maxBytesPerSecond,
        long maxPostcopyBytesPerSecond,
        OnNoConvergence onNoConvergence) {
    /** Downtime of pre-copy if nothing else is asked for. */
    public static final long DOWNTIME_NANOS = 50_000_000L;
    /** Rounds of pre-copy if nothing else is asked for. */
    public static final int PRECOPY_ROUNDS = 12;
    /** Rounds of a hybrid move if nothing else is asked for. */
    public static final int HYBRID_ROUNDS = 6;

    /** Refuses what is no limit. */
    public Limits {
        if (maxDowntimeNanos <= 0 || maxRounds <= 0) {
            throw new IllegalArgumentException(
                    "no limits: a downtime of " + maxDowntimeNanos + " ns, " + maxRounds + " rounds");
        }
        if (maxTimeNanos < 0 || maxBytesPerSecond < 0 || maxPostcopyBytesPerSecond < 0) {
            throw new IllegalArgumentException("a negative limit: " + maxTimeNanos + " ns, " + maxBytesPerSecond
                    + " and " + maxPostcopyBytesPerSecond + " bytes/s");
        }
    }

    /**
     * {@return the limits of a mode if nothing else is asked for}
     *
     * @param mode when the guest changes hosts
     */
    public static Limits of(MigrationMode mode) {
        int rounds = mode == MigrationMode.PRECOPY ? PRECOPY_ROUNDS : HYBRID_ROUNDS;
        return new Limits(DOWNTIME_NANOS, rounds, 0, 0, 0, OnNoConvergence.SWITCH);
    }
}
