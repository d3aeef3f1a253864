package dev.faultline.migration.session;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faultline.migration.AuditReport;
import dev.faultline.migration.Limits;
import dev.faultline.migration.MigrationMode;
import dev.faultline.migration.OperatorOrder;
import dev.faultline.migration.RoundSummary;
import dev.faultline.migration.wire.Frame;
import dev.faultline.migration.wire.FrameType;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/**
 * A source's session whose peer says anything at any time, and whose own engine does what it is told. Whatever happens,
 * it lets its guest run on only if the destination was not told to run it, or says that it never did.
 */
final class SourceUnderFire {
    private static final List<OperatorOrder> ORDERS = List.of(OperatorOrder.values());

    private final SourceSession session;
    private final Deque<SourceAction> work = new ArrayDeque<>();
    private boolean paused;
    private boolean prepared;
    private boolean committed;
    private boolean started;
    private boolean excused;
    private boolean finished;
    private long nowNanos;

    /** Begins a move. */
    SourceUnderFire(MigrationMode mode, boolean drains, boolean verify) {
        session = new SourceSession(mode, new RoundPolicy(mode, Limits.of(mode)), 0, drains);
        take(session.start(SessionPair.OFFER, verify, 0));
    }

    /** Goes on with one that was broken off when the destination may have been told to run the guest. */
    SourceUnderFire(boolean hadStarted, boolean ran) {
        session = new SourceSession(
                MigrationMode.HYBRID, new RoundPolicy(MigrationMode.HYBRID, Limits.of(MigrationMode.HYBRID)), 0, false);
        paused = true;
        prepared = true;
        committed = true;
        started = hadStarted;
        take(session.resume(hadStarted, ran, AuditReport.NONE, 0));
    }

    void frame(Frame frame) {
        excused |= committed && (frame.type() == FrameType.ABORT || frame.type() == FrameType.NEVER);
        List<SourceAction> actions = session.onFrame(frame, nowNanos);
        started |= committed && !finished && frame.type() == FrameType.STARTED;
        take(actions);
    }

    void order(int number) {
        take(session.onOperator(ORDERS.get(number % ORDERS.size()), nowNanos).actions());
    }

    void tick(long laterNanos) {
        nowNanos += laterNanos;
        take(session.onTick(nowNanos));
    }

    void fail(String reason) {
        take(session.onFailure(reason));
    }

    /** Ends the work that was begun first, or last. */
    void work(boolean first, boolean wasRunning) {
        SourceAction next = first ? work.pollFirst() : work.pollLast();
        if (next == null) {
            return;
        }
        take(
                switch (next) {
                    case SourceAction.Track _ -> session.onTracking(nowNanos);
                    case SourceAction.SendRound round -> session.onRound(summary(round.round()), nowNanos);
                    case SourceAction.SendDrainedRound round -> session.onRound(summary(round.round()), nowNanos);
                    case SourceAction.Pause _ -> session.onPaused(wasRunning);
                    case SourceAction.CopyRest _ -> session.onCopied();
                    case SourceAction.SaveDeviceState _ -> session.onDeviceState(new byte[1]);
                    case SourceAction.Audit _ -> session.onAudited(new AuditReport(true, 1, 0, "", 0, 0), first);
                    default -> List.of();
                });
    }

    private static RoundSummary summary(int round) {
        return new RoundSummary(round, 1, 4096, 1, 0, 0);
    }

    private void take(List<SourceAction> actions) {
        for (SourceAction action : actions) {
            assertThat(finished)
                    .as("nothing comes after the end, but %s", action)
                    .isFalse();
            switch (action) {
                case SourceAction.Send send -> sent(send.frame());
                case SourceAction.Pause _ -> {
                    assertThat(paused).as("paused twice").isFalse();
                    paused = true;
                    work.add(action);
                }
                case SourceAction.Relinquish _ ->
                    assertThat(started)
                            .as("given away before it has started there")
                            .isTrue();
                case SourceAction.Release release ->
                    assertThat(release.resume() && committed && (started || !excused))
                            .as("runs on here, where the destination may run it")
                            .isFalse();
                case SourceAction.Finish finish -> {
                    assertThat(finish.failure()).doesNotContain("Exception");
                    finished = finishesAfter(actions, action);
                }
                default -> work.add(action);
            }
        }
    }

    /** The last word to the peer may come behind it. */
    private static boolean finishesAfter(List<SourceAction> actions, SourceAction finish) {
        List<SourceAction> rest = actions.subList(actions.indexOf(finish) + 1, actions.size());
        assertThat(rest).allMatch(SourceAction.Send.class::isInstance);
        return rest.isEmpty();
    }

    private void sent(Frame frame) {
        switch (frame.type()) {
            case PREPARE -> {
                assertThat(paused).as("the device state of a guest that runs").isTrue();
                prepared = true;
            }
            case COMMIT -> {
                assertThat(prepared).as("committed without a device state").isTrue();
                committed = true;
            }
            default -> assertThat(frame.text()).doesNotContain("Exception");
        }
    }
}
