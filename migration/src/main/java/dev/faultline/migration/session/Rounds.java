package dev.faultline.migration.session;

import dev.faultline.migration.Decision;
import dev.faultline.migration.Decision.Step;
import dev.faultline.migration.MigrationMode;
import dev.faultline.migration.RoundSummary;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The rounds before the hand-over: what follows each of them by the policy, the clock and the operator, who may hold
 * them and end them. The clock stands still while they are held.
 */
final class Rounds {
    private final MigrationMode mode;
    private final RoundPolicy policy;
    private final List<SourceAction> out;

    private long beganNanos;
    private long heldNanos;
    private long holdBeganNanos;
    private boolean held;
    private boolean wasHeld;
    private boolean timeIsUp;
    private String stopReason = "";
    private @Nullable RoundSummary ended;

    Rounds(MigrationMode mode, RoundPolicy policy, List<SourceAction> out) {
        this.mode = mode;
        this.policy = policy;
        this.out = out;
    }

    void begin(long nowNanos) {
        beganNanos = nowNanos;
        holdBeganNanos = nowNanos;
    }

    private long elapsedNanos(long nowNanos) {
        return (held ? holdBeganNanos : nowNanos) - beganNanos - heldNanos;
    }

    boolean isHeld() {
        return held;
    }

    void hold(long nowNanos) {
        held = true;
        wasHeld = true;
        holdBeganNanos = nowNanos;
        out.add(new SourceAction.Hold(true));
    }

    /** {@return the round that ended meanwhile, if one did} */
    Optional<RoundSummary> release(long nowNanos) {
        if (held) {
            held = false;
            heldNanos += nowNanos - holdBeganNanos;
            out.add(new SourceAction.Hold(false));
        }
        Optional<RoundSummary> waiting = Optional.ofNullable(ended);
        ended = null;
        return waiting;
    }

    /** Keeps a round that ended while it was held. */
    void keep(RoundSummary round) {
        ended = round;
    }

    /** Ends the rounds: hybrid, whose downtime does not grow by it, without the rest of the one at hand. */
    void stop(String reason) {
        stopReason = reason;
        if (mode == MigrationMode.HYBRID) {
            out.add(new SourceAction.CutRound());
        }
    }

    boolean isStopping() {
        return !stopReason.isEmpty();
    }

    /** {@return whether to begin with the rounds at all} */
    Decision first(long nowNanos) {
        return isStopping() && mode == MigrationMode.HYBRID
                ? policy.decision(Step.SWITCH, elapsedNanos(nowNanos), stopReason)
                : policy.decision(Step.GO_ON, elapsedNanos(nowNanos), "everything has to be sent once");
    }

    /** {@return what follows a round} */
    Decision after(RoundSummary round, long nowNanos) {
        long elapsed = elapsedNanos(nowNanos);
        Decision byPolicy = wasHeld ? policy.afterHeldRound(round, elapsed) : policy.afterRound(round, elapsed);
        wasHeld = false;
        return isStopping() ? policy.decision(Step.SWITCH, elapsed, stopReason) : byPolicy;
    }

    /** {@return what the clock decides, the one time that it does} Pre-copy that is to hand over ends its round first. */
    Optional<Decision> onTick(long nowNanos) {
        long elapsed = elapsedNanos(nowNanos);
        if (held || timeIsUp || isStopping() || !policy.isTimeUp(elapsed)) {
            return Optional.empty();
        }
        timeIsUp = true;
        Decision decision = policy.atLimit(elapsed);
        if (decision.step() == Step.ABORT) {
            return Optional.of(decision);
        }
        stop(decision.reason());
        return Optional.empty();
    }
}
