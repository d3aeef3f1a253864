package dev.faultline.simulation.scenario;

import dev.faultline.migration.journal.Entry;
import dev.faultline.migration.journal.Phase;
import dev.faultline.model.VirtualCondition;
import dev.faultline.simulation.world.Side;
import dev.faultline.simulation.world.World;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Who sits at one host: starts the engine, and, when it has ended and something is left to be resumed, after a while
 * another one, until nothing is left. He knows what the operator of the other host knows.
 */
final class Operator {
    private static final long SECOND = 1_000_000_000L;
    private static final long LONGEST_REACTION_NANOS = 5 * SECOND;
    /** A destination that still waits so long after the source's end waits for nobody. */
    private static final long PATIENCE_NANOS = 60 * SECOND;

    private static final long LOOK_NANOS = SECOND;
    private static final int MOST_RUNS_AFTER_PEER = 20;

    private final World world;
    private final Side side;
    private final Site site;
    private final VirtualCondition changed;
    private @Nullable Operator peer;
    private @Nullable EngineRun run;
    private boolean settled;
    private boolean lost;
    private boolean succeeded;
    private long settledNanos;
    private int resumes;
    private int runsAfterPeer;

    Operator(World world, Side side, Site site, VirtualCondition changed) {
        this.world = world;
        this.side = side;
        this.site = site;
        this.changed = changed;
    }

    void meet(Operator other) {
        peer = other;
    }

    private Operator peer() {
        if (peer == null) {
            throw new IllegalStateException("an operator is alone");
        }
        return peer;
    }

    /** Brings the migration to its end. */
    void work() {
        EngineRun now = begin(side == Side.SOURCE ? site.migrate() : site.receive());
        while (true) {
            boolean giveUp = watch(now);
            succeeded |= now.hasMoved();
            if (isSettled()) {
                settle();
                return;
            }
            world.time().pass(1 + world.random().nextLong(LONGEST_REACTION_NANOS));
            if (isSettled()) {
                settle();
                return;
            }
            countRun();
            now = begin(site.resume(giveUp));
        }
    }

    private EngineRun begin(EngineRun started) {
        run = started;
        return started;
    }

    private void countRun() {
        resumes++;
        runsAfterPeer += peer().settled ? 1 : 0;
        if (runsAfterPeer > MOST_RUNS_AFTER_PEER) {
            world.violation(
                    "the " + side + " is in phase " + phase() + " for ever: its peer has nothing left to resume");
        }
    }

    private Optional<Phase> phase() {
        return site.left().map(Entry::phase);
    }

    /** Waits for the engine's end, or ends it, if it waits for nobody. {@return whether to give up then} */
    private boolean watch(EngineRun now) {
        while (!now.await(LOOK_NANOS)) {
            long peerNanos = Math.max(now.startedNanos(), peer().settledNanos);
            if (peer().settled && world.nanoTime() - peerNanos > PATIENCE_NANOS) {
                now.kill();
                return noteWaitInVain();
            }
        }
        return false;
    }

    private boolean noteWaitInVain() {
        Optional<Phase> left = phase();
        if (left.isPresent() && left.get() == Phase.RUNNING && !peer().lost) {
            world.violation("the " + side + " is RUNNING and waits for a peer that has nothing left to resume");
        }
        return left.isPresent() && left.get() == Phase.PREPARED;
    }

    private boolean isSettled() {
        lost |= site.vm().wasKilled();
        Optional<Phase> left = phase();
        if (left.isEmpty()) {
            return true;
        }
        if (isWord(left.get())) {
            return peer().settled;
        }
        if (peer().settled && peer().lost && needsPeer(left.get())) {
            // What the guest was is gone with the other machine. Nothing can be done but to end this one.
            site.vm().kill();
            lost = true;
        }
        return false;
    }

    private static boolean isWord(Phase phase) {
        return phase == Phase.NEVER || phase == Phase.COMPLETE;
    }

    private static boolean needsPeer(Phase phase) {
        return phase == Phase.COMMITTED || phase == Phase.SERVING || phase == Phase.RUNNING;
    }

    private void settle() {
        settled = true;
        settledNanos = world.nanoTime();
        world.log("the " + side + " has settled");
        changed.wakeAll();
    }

    void killEngine() {
        if (run != null) {
            run.kill();
        }
    }

    boolean hasEngine() {
        return run != null && !run.hasEnded();
    }

    Site site() {
        return site;
    }

    boolean isDone() {
        return settled;
    }

    boolean hasLost() {
        return lost || site.vm().wasKilled();
    }

    /** {@return whether an engine has ended here with all of the guest at the destination} */
    boolean hasSucceeded() {
        return succeeded;
    }

    String describe() {
        return settled
                ? "settled"
                : phase().map(Phase::name).orElse("without a journal") + (hasEngine() ? ", with" : ", without")
                        + " an engine";
    }

    int resumes() {
        return resumes;
    }
}
