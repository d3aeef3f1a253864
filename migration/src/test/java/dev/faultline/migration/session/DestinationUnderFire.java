package dev.faultline.migration.session;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faultline.migration.journal.Phase;
import dev.faultline.migration.wire.Frame;
import dev.faultline.migration.wire.FrameType;
import dev.faultline.migration.wire.Offer;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/**
 * A destination's session whose peer says anything at any time, and whose own engine does what it is told. Whatever
 * happens, it runs its guest only if it was told to after it was prepared, and does not call a guest that may have run one
 * that never did.
 */
final class DestinationUnderFire {
    static final Offer WAITING = new Offer("machine", SessionPair.OFFER.regions(), List.of("destination"));

    private final DestinationSession session;
    private final Deque<DestinationAction> work = new ArrayDeque<>();
    private boolean armed;
    private boolean prepared;
    private boolean told;
    private boolean mayHaveRun;
    private boolean discarded;
    private boolean allCurrent;
    private boolean finished;

    /** Waits for a guest. */
    DestinationUnderFire() {
        session = new DestinationSession(WAITING, 0);
    }

    /** Goes on with a move that was broken off. */
    DestinationUnderFire(Phase left, boolean run, boolean verify) {
        session = DestinationSession.rejoining(WAITING, left, run, verify, 0);
        prepared = true;
        told = left == Phase.RUNNING;
        mayHaveRun = left == Phase.RUNNING || left == Phase.COMPLETE;
        allCurrent = left == Phase.COMPLETE;
    }

    void frame(Frame frame, long nowNanos) {
        told |= prepared && frame.type() == FrameType.COMMIT;
        take(session.onFrame(frame, nowNanos));
    }

    void tick(long nowNanos) {
        take(session.onTick(nowNanos));
    }

    void fail(String reason) {
        take(session.onFailure(reason));
    }

    void disconnect(String reason) {
        take(session.onDisconnected(reason));
    }

    void allCurrent() {
        if (armed) {
            allCurrent = true;
            take(session.onAllCurrent());
        }
    }

    /** Ends the work that was begun first, a resume in one of three ways. */
    void work(int outcome) {
        DestinationAction next = work.pollFirst();
        if (next == null) {
            return;
        }
        take(
                switch (next) {
                    case DestinationAction.Arm _, DestinationAction.Rejoin _ -> {
                        armed = true;
                        yield session.onArmed();
                    }
                    case DestinationAction.Load _ -> session.onLoaded();
                    case DestinationAction.Resume _ -> resumed(outcome);
                    case DestinationAction.Disarm _ -> session.onDisarmed();
                    default -> List.of();
                });
    }

    private List<DestinationAction> resumed(int outcome) {
        return switch (outcome) {
            case 0 -> session.onResumeFailed("no answer", false);
            case 1 -> {
                mayHaveRun = false; // it was given up since
                yield session.onResumeFailed("refused", true);
            }
            default -> session.onResumed();
        };
    }

    private void take(List<DestinationAction> actions) {
        for (DestinationAction action : actions) {
            assertThat(finished)
                    .as("nothing comes after the end, but %s", action)
                    .isFalse();
            switch (action) {
                case DestinationAction.Send send -> sent(send.frame());
                case DestinationAction.Resume _ -> {
                    assertThat(told && prepared && !discarded)
                            .as("runs here without having been told to")
                            .isTrue();
                    mayHaveRun = true;
                    work.add(action);
                }
                case DestinationAction.Discard _ -> {
                    assertThat(mayHaveRun)
                            .as("discards a guest that may have run")
                            .isFalse();
                    discarded = true;
                }
                case DestinationAction.Finish finish -> {
                    assertThat(finish.failure()).doesNotContain("Exception");
                    finished = true;
                }
                default -> work.add(action);
            }
        }
    }

    private void sent(Frame frame) {
        switch (frame.type()) {
            case PREPARED -> prepared = true;
            case ABORT, NEVER ->
                assertThat(mayHaveRun)
                        .as("says that a guest never ran that may have")
                        .isFalse();
            case COMPLETE ->
                assertThat(allCurrent).as("complete without all pages").isTrue();
            default -> assertThat(frame.text()).doesNotContain("Exception");
        }
    }
}
