package dev.faultline.migration.session;

import dev.faultline.migration.MigrationMode;
import dev.faultline.migration.RoundSummary;

/**
 * When pre-copy has done what it can. Hybrid stops as soon as another round would not shrink what is dirty by a quarter:
 * its downtime does not depend on the dirty pages. Pre-copy has to send them while the guest is paused, so it goes on
 * until that takes less than {@link #GOOD_DOWNTIME_NANOS}, or gives up hoping after {@link #MAX_PRECOPY_ROUNDS}.
 */
public final class RoundPolicy {
    static final long GOOD_DOWNTIME_NANOS = 50_000_000L;
    static final int MAX_PRECOPY_ROUNDS = 12;
    static final int MAX_HYBRID_ROUNDS = 6;
    static final long FEW_BYTES = 1 << 20;

    private final MigrationMode mode;
    private long previousDirtyBytes = Long.MAX_VALUE;

    /** Makes the policy of a mode. */
    public RoundPolicy(MigrationMode mode) {
        this.mode = mode;
    }

    /** {@return whether the guest should be paused now} */
    public boolean stopsAfter(RoundSummary round) {
        boolean shrinks = round.dirtyBytes() < previousDirtyBytes - previousDirtyBytes / 4;
        previousDirtyBytes = round.dirtyBytes();
        if (mode == MigrationMode.HYBRID) {
            return round.dirtyBytes() <= FEW_BYTES
                    || (round.round() > 0 && !shrinks)
                    || round.round() + 1 >= MAX_HYBRID_ROUNDS;
        }
        return expectedNanos(round) <= GOOD_DOWNTIME_NANOS || round.round() + 1 >= MAX_PRECOPY_ROUNDS;
    }

    private static double expectedNanos(RoundSummary round) {
        if (round.dirtyBytes() <= FEW_BYTES) {
            return 0;
        }
        double bytesPerNano = (double) round.sentBytes() / Math.max(1, round.durationNanos());
        return bytesPerNano == 0 ? Double.MAX_VALUE : round.dirtyBytes() / bytesPerNano;
    }
}
