package dev.faultline.migration.session;

import dev.faultline.migration.AuditReport;
import dev.faultline.migration.Decision;
import dev.faultline.migration.MigrationMode;
import dev.faultline.migration.OperatorAnswer;
import dev.faultline.migration.OperatorOrder;
import dev.faultline.migration.RoundSummary;
import dev.faultline.migration.session.SourceAction.CopyRest;
import dev.faultline.migration.session.SourceAction.Finish;
import dev.faultline.migration.session.SourceAction.OpenMap;
import dev.faultline.migration.session.SourceAction.Pause;
import dev.faultline.migration.session.SourceAction.Push;
import dev.faultline.migration.session.SourceAction.Release;
import dev.faultline.migration.session.SourceAction.Relinquish;
import dev.faultline.migration.session.SourceAction.SaveDeviceState;
import dev.faultline.migration.session.SourceAction.Send;
import dev.faultline.migration.session.SourceAction.SendMap;
import dev.faultline.migration.session.SourceAction.SendRound;
import dev.faultline.migration.session.SourceAction.Track;
import dev.faultline.migration.wire.AuditOutcome;
import dev.faultline.migration.wire.Frame;
import dev.faultline.migration.wire.FrameType;
import dev.faultline.migration.wire.Offer;
import java.util.ArrayList;
import java.util.List;

/**
 * The source's side of a migration, as a machine of states without I/O. One thread calls it.
 *
 * <pre>
 *   OFFERED ─ACCEPT─▶ (STANDING_BY ─operator─▶) COPYING ─rounds─▶ PAUSING ─▶ SAVING ─▶ PREPARING ─PREPARED─▶ COMMITTED ─STARTED─▶ SERVING ─COMPLETE─▶ ENDED
 *      └──────────────── any failure: the guest runs on here ──────────────┘              │                  │
 *                                             destination: "never started" ◀──────────────┤                  │
 *                                             silence: in doubt, stays paused ◀───────────┘                  │
 *                                             the guest is the destination's; this side keeps its memory ◀───┘
 *
 *   RESUMING ─PREPARED─▶ COMMITTED, ─STARTED─▶ SERVING, ─COMPLETE─▶ ENDED      after a move that was broken off
 * </pre>
 */
public final class SourceSession {
    private static final long NANOS_PER_MILLI = 1_000_000L;
    private static final String AS_BEFORE = "; the guest goes on here as before";
    private static final String OVER = "the move is over";

    enum State {
        OFFERED,
        STANDING_BY,
        RESUMING,
        COPYING,
        PAUSING,
        SAVING,
        PREPARING,
        COMMITTED,
        SERVING,
        ENDED
    }

    private final MigrationMode mode;
    private final long holdMapNanos;
    private final boolean drains;
    private final Liveness liveness = new Liveness();
    private final List<SourceAction> out = new ArrayList<>();
    private final Rounds rounds;

    private State state = State.OFFERED;
    private boolean standsBy;
    private boolean drained;
    private boolean paused;
    private boolean ran;
    private boolean hadStarted;
    private boolean mapSent;
    private boolean verify;
    private boolean audited;
    /** Whether the destination, which has every page then, has begun to have them audited. */
    private boolean manifestCame;

    private long startedAtNanos;

    /**
     * Makes a session.
     *
     * @param mode when to change hosts
     * @param policy when to stop copying in rounds
     * @param holdMapNanos how long to hold the dirty map back after the hand-over; 0 but in tests
     * @param drains whether the last scan but the final one has to be made with the guest's devices drained
     */
    public SourceSession(MigrationMode mode, RoundPolicy policy, long holdMapNanos, boolean drains) {
        this.mode = mode;
        rounds = new Rounds(mode, policy, out);
        this.holdMapNanos = holdMapNanos;
        this.drains = drains;
    }

    /** Has the session wait for the operator's word once the destination is ready. Before {@link #start}. */
    public void standBy() {
        standsBy = true;
    }

    /**
     * Goes on with a move that was broken off when the destination may have been told to run the guest.
     *
     * @param started whether the destination has said that it runs there
     * @param ran whether the guest ran before
     * @param audit whether there is to be an audit, or was
     * @param nowNanos the time
     */
    public List<SourceAction> resume(boolean started, boolean ran, AuditReport audit, long nowNanos) {
        state = State.RESUMING;
        verify = audit.asked();
        audited = audit.isDone();
        hadStarted = started;
        paused = ran;
        this.ran = ran;
        liveness.heard(nowNanos);
        send(Frame.of(FrameType.RESUME));
        return take();
    }

    /**
     * What an operator's order leads to.
     *
     * @param answer what to tell the operator
     * @param actions what to do
     */
    public record OrderResult(OperatorAnswer answer, List<SourceAction> actions) {}

    /** Begins. The move is to be audited at its end, or not. */
    public List<SourceAction> start(Offer offer, boolean isAudited, long nowNanos) {
        liveness.heard(nowNanos);
        verify = isAudited;
        send(new Frame(FrameType.OFFER, verify ? Frame.FLAG_VERIFY : 0, 0, 0, 0, 0, offer.encode()));
        return take();
    }

    /** A control frame has come. One that has no business now fails the session; nothing is thrown. */
    public List<SourceAction> onFrame(Frame frame, long nowNanos) {
        liveness.heard(nowNanos);
        if (state == State.ENDED) {
            return take();
        }
        switch (frame.type()) {
            case PING -> {}
            case ABORT -> onAbort(frame.text());
            case ACCEPT -> onlyIn(State.OFFERED, frame, () -> onAccepted(frame, nowNanos));
            case PREPARED -> onPrepared(frame);
            case NEVER ->
                onlyIn(
                        hadStarted ? State.ENDED : State.RESUMING,
                        frame,
                        () -> end(paused, true, "the guest never ran on the destination" + AS_BEFORE));
            case NEEDED -> onlyIn(State.RESUMING, frame, () -> out.add(new SourceAction.TakeNeeded(frame)));
            case STARTED -> onlyIn(state == State.RESUMING ? state : State.COMMITTED, frame, () -> onStarted(nowNanos));
            case MANIFEST ->
                onlyIn(verify ? State.SERVING : State.ENDED, frame, () -> {
                    manifestCame = true;
                    out.add(new SourceAction.Audit(frame));
                });
            case COMPLETE -> onlyIn(state == State.RESUMING ? state : State.SERVING, frame, this::onComplete);
            default -> giveUp(unexpected(frame));
        }
        return take();
    }

    private void onPrepared(Frame frame) {
        if (state == State.RESUMING && !hadStarted) {
            state = State.COMMITTED;
            send(Frame.of(FrameType.COMMIT)); // once more: the first one has not been carried out
        } else {
            onlyIn(State.PREPARING, frame, () -> {
                state = State.COMMITTED;
                send(Frame.of(FrameType.COMMIT));
            });
        }
    }

    private void onAccepted(Frame accept, long nowNanos) {
        if (verify && (accept.flags() & Frame.FLAG_VERIFY) == 0) {
            giveUp("the destination keeps no hashes of pages, so that the move cannot be verified");
            return;
        }
        if (standsBy) {
            state = State.STANDING_BY;
            out.add(new SourceAction.StandBy());
        } else {
            begin(nowNanos);
        }
    }

    private void begin(long nowNanos) {
        state = State.COPYING;
        rounds.begin(nowNanos);
        if (mode == MigrationMode.POSTCOPY) {
            pause();
        } else {
            out.add(new Track());
        }
    }

    /** All memory is write-protected. */
    public List<SourceAction> onTracking(long nowNanos) {
        if (state == State.COPYING) {
            follow(rounds.first(nowNanos));
        }
        return take();
    }

    /** A round was sent, and what was written meanwhile is known. */
    public List<SourceAction> onRound(RoundSummary round, long nowNanos) {
        if (state == State.COPYING) {
            if (rounds.isHeld()) {
                rounds.keep(round);
            } else {
                goOnAfter(round, nowNanos);
            }
        }
        return take();
    }

    private void goOnAfter(RoundSummary round, long nowNanos) {
        if (drained) {
            pause();
        } else {
            follow(rounds.after(round, nowNanos));
        }
    }

    private void follow(Decision decision) {
        out.add(new SourceAction.Note(decision));
        switch (decision.step()) {
            case GO_ON -> out.add(new SendRound(decision.round() + 1));
            case THROTTLE -> {
                out.add(new SourceAction.Throttle(decision.throttlePercent()));
                out.add(new SendRound(decision.round() + 1));
            }
            case SWITCH -> stopCopying(decision.round());
            case ABORT -> giveUp("pre-copy does not converge: " + decision.reason());
        }
    }

    private void stopCopying(int lastRound) {
        if (drains) {
            drained = true;
            out.add(new SourceAction.SendDrainedRound(lastRound + 1));
        } else {
            pause();
        }
    }

    /** An operator wants something. {@return what to answer, and what to do} */
    public OrderResult onOperator(OperatorOrder order, long nowNanos) {
        return switch (order) {
            case CANCEL -> cancel();
            case SWITCH_OVER -> switchOver(nowNanos);
            case PAUSE -> hold(nowNanos);
            case RESUME -> release(nowNanos);
        };
    }

    private OrderResult cancel() {
        return switch (state) {
            case OFFERED, STANDING_BY, COPYING, PAUSING, SAVING, PREPARING -> {
                giveUp("the operator cancelled the move");
                yield accepted("the move is given up" + AS_BEFORE);
            }
            case COMMITTED -> refused("the destination has been told to run the guest: this side cannot take it back");
            case SERVING -> refused("the guest runs on the destination already");
            case RESUMING -> refused("this move was handed over before it was broken off");
            case ENDED -> refused(OVER);
        };
    }

    private OrderResult switchOver(long nowNanos) {
        if (standsBy) {
            return refused("the move has not begun: 'resume' begins it");
        }
        if (!hasRounds()) {
            return refused(noRounds());
        }
        if (!rounds.isStopping()) {
            rounds.stop("the operator asked for the hand-over");
        }
        rounds.release(nowNanos).ifPresent(round -> goOnAfter(round, nowNanos));
        return accepted(
                mode == MigrationMode.HYBRID
                        ? "the round is cut short, and the guest handed over"
                        : "the guest is handed over after this round");
    }

    private OrderResult hold(long nowNanos) {
        if (standsBy) {
            return accepted("nothing is being sent already");
        }
        if (!hasRounds()) {
            return refused(noRounds());
        }
        if (rounds.isHeld()) {
            return accepted("nothing is being sent already");
        }
        rounds.hold(nowNanos);
        return accepted("nothing is sent until 'resume'; the guest runs on");
    }

    private OrderResult release(long nowNanos) {
        if (standsBy) {
            standsBy = false; // of one that is still being connected: it begins at once then
            if (state == State.STANDING_BY) {
                out.add(new SourceAction.Begin());
                begin(nowNanos);
            }
            return accepted("the move begins");
        }
        if (!hasRounds() || !rounds.isHeld()) {
            return refused("nothing is held");
        }
        rounds.release(nowNanos).ifPresent(round -> goOnAfter(round, nowNanos));
        return accepted("sending goes on");
    }

    private boolean hasRounds() {
        return mode != MigrationMode.POSTCOPY && (state == State.OFFERED || state == State.COPYING);
    }

    private String noRounds() {
        return state == State.ENDED ? OVER : "the hand-over has begun";
    }

    private OrderResult accepted(String text) {
        return new OrderResult(new OperatorAnswer(true, text), take());
    }

    private OrderResult refused(String text) {
        return new OrderResult(new OperatorAnswer(false, text), take());
    }

    /**
     * A part of the manifest was compared.
     *
     * @param audit its outcome so far
     * @param last whether it was the last part
     */
    public List<SourceAction> onAudited(AuditReport audit, boolean last) {
        if (state == State.SERVING) {
            audited |= last;
            send(last ? AuditOutcome.encode(audit) : Frame.of(FrameType.AUDITED));
        }
        return take();
    }

    private void onComplete() {
        if (verify && !audited) {
            String failure = "the destination ended without the audit that was asked for";
            send(Frame.abort(failure));
            end(
                    false,
                    false,
                    failure
                            + "; the guest is there with all of its pages, and whether they are right nobody has looked:"
                            + SourceFailure.KEEPS_MEMORY);
            return;
        }
        end(false, true, "");
        send(Frame.of(FrameType.FORGOTTEN));
    }

    private void pause() {
        state = State.PAUSING;
        paused = true; // from now on a failure has to resume the guest, if it was this migration that stopped it
        send(Frame.of(FrameType.EXPECT));
        out.add(new Pause());
    }

    /**
     * Every vCPU has stopped.
     *
     * @param wasRunning whether the guest ran before; one that was paused arrives paused
     */
    public List<SourceAction> onPaused(boolean wasRunning) {
        if (state == State.PAUSING) {
            paused = wasRunning;
            ran = wasRunning;
            state = State.SAVING;
            out.add(mode == MigrationMode.PRECOPY ? new CopyRest() : new SaveDeviceState());
        }
        return take();
    }

    /** The device state is saved. */
    public List<SourceAction> onDeviceState(byte[] saved) {
        if (state == State.SAVING) {
            state = State.PREPARING;
            if (mode != MigrationMode.PRECOPY) {
                out.add(new OpenMap()); // the destination loads the device state, which touches pages
            }
            send(new Frame(FrameType.PREPARE, ran ? Frame.FLAG_RUN : 0, 0, 0, 0, 0, saved));
        }
        return take();
    }

    /** All of the guest's memory is at the destination. */
    public List<SourceAction> onCopied() {
        if (state == State.SAVING) {
            out.add(new SaveDeviceState());
        }
        return take();
    }

    private void onStarted(long nowNanos) {
        state = State.SERVING;
        startedAtNanos = nowNanos;
        out.add(new Relinquish());
        out.add(new Push());
        sendMapWhenDue(nowNanos);
    }

    private void sendMapWhenDue(long nowNanos) {
        if (state == State.SERVING && !mapSent && nowNanos - startedAtNanos >= holdMapNanos) {
            mapSent = true;
            out.add(new SendMap());
        }
    }

    /** Time passes. */
    public List<SourceAction> onTick(long nowNanos) {
        if (state != State.ENDED) {
            if (liveness.shouldPing(nowNanos)) {
                send(Frame.of(FrameType.PING));
            }
            if (liveness.isLost(nowNanos)) {
                giveUp("the destination has been silent for " + liveness.silenceNanos(nowNanos) / NANOS_PER_MILLI
                        + " ms");
            }
            sendMapWhenDue(nowNanos);
            if (state == State.COPYING && !drained) {
                rounds.onTick(nowNanos).ifPresent(this::follow);
            }
        }
        return take();
    }

    /** Something of this side failed, or a connection did. */
    public List<SourceAction> onFailure(String reason) {
        if (state != State.ENDED) {
            giveUp(reason);
        }
        return take();
    }

    private void giveUp(String reason) {
        send(Frame.abort(reason));
        fail(reason);
    }

    private void onAbort(String reason) {
        if (state == State.COMMITTED) {
            // The destination aborts after COMMIT only when its guest has not run and never will.
            end(paused, true, "the destination could not start the guest: " + reason + AS_BEFORE);
        } else {
            fail("the destination gave up: " + reason);
        }
    }

    private void fail(String reason) {
        switch (state) {
            case ENDED -> {}
            case COMMITTED, SERVING, RESUMING -> end(false, false, SourceFailure.words(state, reason, manifestCame));
            default -> end(paused, true, reason + AS_BEFORE);
        }
    }

    private void end(boolean resume, boolean settled, String failure) {
        state = State.ENDED;
        standsBy = false;
        out.add(new Release(resume, settled));
        out.add(new Finish(failure));
    }

    private void send(Frame frame) {
        out.add(new Send(frame));
    }

    private void onlyIn(State expected, Frame frame, Runnable handle) {
        if (state == expected) {
            handle.run();
        } else {
            giveUp(unexpected(frame));
        }
    }

    private String unexpected(Frame frame) {
        return "the destination sent " + frame.type() + " in state " + state;
    }

    private List<SourceAction> take() {
        List<SourceAction> actions = List.copyOf(out);
        out.clear();
        return actions;
    }
}
