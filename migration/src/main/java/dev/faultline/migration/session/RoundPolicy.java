package dev.faultline.migration.session;

import dev.faultline.migration.Decision;
import dev.faultline.migration.Decision.Step;
import dev.faultline.migration.Limits;
import dev.faultline.migration.MigrationMode;
import dev.faultline.migration.OnNoConvergence;
import dev.faultline.migration.RoundSummary;
import java.util.Locale;

/**
 * When pre-copy has done what it can. Hybrid stops as soon as another round would not shrink what is dirty by a quarter:
 * its downtime does not depend on the dirty pages. Pre-copy has to send them while the guest is paused, so it goes on
 * until that is estimated to take no longer than the limit; at the limits of rounds and time it does what it was told to.
 */
public final class RoundPolicy {
    /** What a hand-over takes besides sending pages: the last scan, saving and loading the devices, three messages. */
    static final long FIXED_NANOS = 10_000_000L;
    /** So little is sent in no time; and a round of so little tells nothing of the throughput. */
    static final long FEW_BYTES = 1 << 20;
    /** The first is gentle; each of the others takes a third or more of the time that was left. */
    private static final int[] THROTTLE_PERCENT = {20, 50, 70, 80, 90, 95, 99};

    private static final double NANOS_PER_SECOND = 1e9;
    private static final double NANOS_PER_MILLI = 1e6;

    private final MigrationMode mode;
    private final Limits limits;
    private int round = -1;
    private long dirtyBytes;
    private long previousDirtyBytes = Long.MAX_VALUE;
    private double dirtyBytesPerSecond;
    private double sentBytesPerSecond;
    private int throttleSteps;

    /** Makes the policy of a mode. */
    public RoundPolicy(MigrationMode mode, Limits limits) {
        this.mode = mode;
        this.limits = limits;
    }

    /** {@return what comes after a round} */
    public Decision afterRound(RoundSummary ended, long elapsedNanos) {
        note(ended);
        boolean shrinks = dirtyBytes < previousDirtyBytes - previousDirtyBytes / 4;
        previousDirtyBytes = dirtyBytes;
        return mode == MigrationMode.HYBRID ? hybrid(shrinks, elapsedNanos) : precopy(shrinks, elapsedNanos);
    }

    /** {@return what comes after a round whose numbers tell nothing, since it was held} */
    Decision afterHeldRound(RoundSummary ended, long elapsedNanos) {
        round = ended.round();
        dirtyBytes = ended.dirtyBytes();
        return isLast(elapsedNanos)
                ? atLimit(elapsedNanos)
                : decision(
                        Step.GO_ON, elapsedNanos, "the round was held by the operator, and its numbers tell nothing");
    }

    private void note(RoundSummary ended) {
        round = ended.round();
        dirtyBytes = ended.dirtyBytes();
        double seconds = Math.max(1, ended.durationNanos()) / NANOS_PER_SECOND;
        dirtyBytesPerSecond = dirtyBytes / seconds;
        if (ended.sentBytes() > FEW_BYTES) {
            sentBytesPerSecond = ended.sentBytes() / seconds;
        }
    }

    private Decision hybrid(boolean shrinks, long elapsedNanos) {
        if (dirtyBytes <= FEW_BYTES) {
            return decision(Step.SWITCH, elapsedNanos, "little is dirty");
        }
        if (round > 0 && !shrinks) {
            return decision(Step.SWITCH, elapsedNanos, "the round has not shrunk what is dirty by a quarter");
        }
        if (isLast(elapsedNanos)) {
            return atLimit(elapsedNanos);
        }
        return decision(Step.GO_ON, elapsedNanos, "another round pays");
    }

    private Decision precopy(boolean shrinks, long elapsedNanos) {
        if (downtimeNanos() <= limits.maxDowntimeNanos()) {
            return decision(Step.SWITCH, elapsedNanos, "the estimated downtime is within the limit of " + limit());
        }
        if (isLast(elapsedNanos)) {
            return atLimit(elapsedNanos);
        }
        boolean canThrottle = limits.onNoConvergence() == OnNoConvergence.THROTTLE
                && throttleSteps < THROTTLE_PERCENT.length
                && round > 0
                && !shrinks;
        if (canThrottle) {
            throttleSteps++;
            return decision(Step.THROTTLE, elapsedNanos, "the round has not shrunk what is dirty by a quarter");
        }
        return decision(Step.GO_ON, elapsedNanos, "the estimated downtime is over the limit of " + limit());
    }

    private boolean isLast(long elapsedNanos) {
        return round + 1 >= limits.maxRounds() || isTimeUp(elapsedNanos);
    }

    /** {@return whether the time before the hand-over is used up} */
    boolean isTimeUp(long elapsedNanos) {
        return limits.maxTimeNanos() > 0 && elapsedNanos >= limits.maxTimeNanos();
    }

    /** {@return what to do now that a limit has come} */
    Decision atLimit(long elapsedNanos) {
        String which = isTimeUp(elapsedNanos)
                ? "the time limit of " + millis(limits.maxTimeNanos()) + " is up"
                : "the limit of " + limits.maxRounds() + " rounds has come";
        if (mode == MigrationMode.HYBRID) {
            return decision(Step.SWITCH, elapsedNanos, which);
        }
        String tooFast = which + ", and the estimated downtime is over the limit of " + limit();
        return switch (limits.onNoConvergence()) {
            case SWITCH -> decision(Step.SWITCH, elapsedNanos, tooFast);
            case ABORT -> decision(Step.ABORT, elapsedNanos, tooFast);
            case THROTTLE ->
                decision(
                        Step.ABORT, elapsedNanos, tooFast + " although the guest was throttled by " + percent() + " %");
        };
    }

    /** {@return a decision with the numbers known by now} */
    Decision decision(Step step, long elapsedNanos, String reason) {
        return new Decision(
                step,
                round,
                percent(),
                dirtyBytes,
                (long) dirtyBytesPerSecond,
                (long) sentBytesPerSecond,
                mode == MigrationMode.PRECOPY ? downtimeNanos() : FIXED_NANOS,
                elapsedNanos,
                reason);
    }

    private int percent() {
        return throttleSteps == 0 ? 0 : THROTTLE_PERCENT[throttleSteps - 1];
    }

    private long downtimeNanos() {
        if (sentBytesPerSecond == 0) {
            return round >= 0 && dirtyBytes <= FEW_BYTES ? FIXED_NANOS : Long.MAX_VALUE;
        }
        return (long) (dirtyBytes / sentBytesPerSecond * NANOS_PER_SECOND) + FIXED_NANOS;
    }

    private String limit() {
        return millis(limits.maxDowntimeNanos());
    }

    private static String millis(long nanos) {
        return String.format(Locale.ROOT, "%.4g ms", nanos / NANOS_PER_MILLI);
    }
}
