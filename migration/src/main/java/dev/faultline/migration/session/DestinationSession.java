package dev.faultline.migration.session;

import dev.faultline.migration.codec.Codec;
import dev.faultline.migration.journal.Phase;
import dev.faultline.migration.session.DestinationAction.ApplyMap;
import dev.faultline.migration.session.DestinationAction.Arm;
import dev.faultline.migration.session.DestinationAction.Disarm;
import dev.faultline.migration.session.DestinationAction.Discard;
import dev.faultline.migration.session.DestinationAction.Expect;
import dev.faultline.migration.session.DestinationAction.Finish;
import dev.faultline.migration.session.DestinationAction.Load;
import dev.faultline.migration.session.DestinationAction.Rejoin;
import dev.faultline.migration.session.DestinationAction.Resume;
import dev.faultline.migration.session.DestinationAction.Send;
import dev.faultline.migration.session.DestinationAction.SendManifest;
import dev.faultline.migration.session.DestinationAction.SendNeeded;
import dev.faultline.migration.session.DestinationAction.TakeAudit;
import dev.faultline.migration.wire.Frame;
import dev.faultline.migration.wire.FrameType;
import dev.faultline.migration.wire.Offer;
import dev.faultline.migration.wire.ProtocolException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * The destination's side of a migration, as a machine of states without I/O. One thread calls it.
 *
 * <pre>
 *   WAITING ─OFFER─▶ ARMING ─▶ RECEIVING ─EXPECT─▶ EXPECTING ─PREPARE─▶ LOADING ─▶ PREPARED ─COMMIT─▶ STARTING ─▶ RUNNING ─all pages─▶ ENDED
 *      └─────────── any failure: the guest has not run here and never will ───────────────────────────────┘   │          │
 *                                                                  could not start: says so, ABORT ◀──────────┘          │
 *                                                                  pages missing: the guest waits for them ◀─────────────┘
 *   a move that is to be audited: RUNNING ─all pages─▶ MANIFEST ... ─AUDITED─▶ ENDED
 *   connections lost when PREPARED: the guest waits for the source to come again and say who runs it
 *
 *   REJOINING ─RESUME─▶ ARMING AGAIN ─▶ PREPARED or STARTING            after a move that was broken off
 * </pre>
 */
public final class DestinationSession {
    private static final long NANOS_PER_MILLI = 1_000_000L;

    enum State {
        WAITING,
        ARMING,
        RECEIVING,
        EXPECTING,
        LOADING,
        PREPARED,
        REJOINING,
        STARTING,
        RUNNING,
        LEAVING,
        ENDED
    }

    private final Offer waiting;
    private final Liveness liveness = new Liveness();
    private final List<DestinationAction> out = new ArrayList<>();
    private State state = State.WAITING;
    private boolean loaded;
    private boolean run;
    private boolean allCurrent;
    private boolean verify;
    private boolean manifestBegun;
    private boolean audited;
    private Phase left = Phase.RECEIVING;

    /** Makes the session of a guest of that shape. */
    public DestinationSession(Offer waiting, long nowNanos) {
        this.waiting = waiting;
        liveness.heard(nowNanos);
    }

    /**
     * Makes the session that goes on with a move that was broken off.
     *
     * @param waiting the guest's shape
     * @param left how far it had come: PREPARED, RUNNING, NEVER or COMPLETE
     * @param run whether the guest is to run, if it had come to RUNNING
     * @param verify whether the source is to audit it
     * @param nowNanos the time
     */
    public static DestinationSession rejoining(Offer waiting, Phase left, boolean run, boolean verify, long nowNanos) {
        DestinationSession session = new DestinationSession(waiting, nowNanos);
        session.state = State.REJOINING;
        session.left = left;
        session.loaded = true;
        session.run = run;
        session.verify = verify;
        return session;
    }

    /** A control frame has come. One that has no business now fails the session; nothing is thrown. */
    public List<DestinationAction> onFrame(Frame frame, long nowNanos) {
        liveness.heard(nowNanos);
        if (state == State.ENDED) {
            return take();
        }
        switch (frame.type()) {
            case PING -> {}
            case ABORT -> fail("the source gave up: " + frame.text());
            case OFFER -> onlyIn(State.WAITING, frame, () -> onOffer(frame));
            case RESUME -> onResume(frame);
            case EXPECT ->
                onlyIn(State.RECEIVING, frame, () -> {
                    state = State.EXPECTING;
                    out.add(new Expect());
                });
            case PREPARE -> onlyIn(State.EXPECTING, frame, () -> onPrepare(frame));
            case COMMIT ->
                onlyIn(State.PREPARED, frame, () -> {
                    state = State.STARTING;
                    out.add(new Resume(run));
                });
            case DIRTY_MAP -> {
                if (state != State.LEAVING) { // every page is here by then, whatever the map says
                    onlyIn(State.RUNNING, frame, () -> out.add(new ApplyMap(frame)));
                }
            }
            case AUDITED -> onlyIn(manifestBegun ? State.RUNNING : State.ENDED, frame, () -> onAudited(frame));
            default -> giveUp(unexpected(frame));
        }
        return take();
    }

    private void onOffer(Frame frame) {
        try {
            Optional<String> mismatch = Offer.decode(frame.payload()).mismatch(waiting);
            if (mismatch.isPresent()) {
                giveUp(mismatch.get());
                return;
            }
        } catch (ProtocolException e) {
            giveUp(Objects.requireNonNull(e.getMessage()));
            return;
        }
        state = State.ARMING;
        verify = (frame.flags() & Frame.FLAG_VERIFY) != 0;
        out.add(new Arm(verify));
    }

    private void onResume(Frame frame) {
        if (state == State.WAITING) {
            giveUp("this destination waits for a new guest, and not for the rest of one: run 'faultline resume' here");
            return;
        }
        if (state != State.REJOINING) {
            giveUp(unexpected(frame));
            return;
        }
        boolean takenBack = (frame.flags() & Frame.FLAG_TAKEN_BACK) != 0;
        switch (left) {
            case COMPLETE -> answerLast(FrameType.COMPLETE, "");
            case NEVER -> answerLast(FrameType.NEVER, "");
            case PREPARED -> {
                if (takenBack) {
                    out.add(new Discard());
                    send(Frame.of(FrameType.NEVER));
                    finish("the source has taken its guest back; it never ran here", true, true);
                } else {
                    out.add(new Rejoin());
                }
            }
            default -> {
                if (takenBack) {
                    fail("the source says that it runs the guest, which it has given away");
                } else {
                    out.add(new Rejoin());
                }
            }
        }
    }

    private void answerLast(FrameType answer, String failure) {
        send(Frame.of(answer));
        finish(failure, true, false);
    }

    private void finish(String failure, boolean settled, boolean heard) {
        out.add(new Finish(failure, settled, heard));
        state = State.ENDED;
    }

    private void onPrepare(Frame frame) {
        state = State.LOADING;
        loaded = true; // also a load that breaks off leaves a guest that must not run
        run = (frame.flags() & Frame.FLAG_RUN) != 0;
        out.add(new Load(frame));
    }

    /** All guest memory is registered, and its faults are served. */
    public List<DestinationAction> onArmed() {
        if (state == State.ARMING) {
            state = State.RECEIVING;
            send(Frame.accept(Codec.available() | Frame.FLAG_DELTAS, verify));
        } else if (state == State.REJOINING && left == Phase.PREPARED) {
            state = State.PREPARED;
            out.add(new SendNeeded());
            send(Frame.of(FrameType.PREPARED));
        } else if (state == State.REJOINING) {
            state = State.STARTING;
            out.add(new SendNeeded());
            out.add(new Resume(run));
        }
        return take();
    }

    /** The device state is loaded. */
    public List<DestinationAction> onLoaded() {
        if (state == State.LOADING) {
            state = State.PREPARED;
            send(Frame.of(FrameType.PREPARED));
        }
        return take();
    }

    /** The guest runs here. */
    public List<DestinationAction> onResumed() {
        if (state == State.STARTING) {
            state = State.RUNNING;
            send(Frame.of(FrameType.STARTED));
            leaveWhenReady();
        }
        return take();
    }

    /**
     * The guest could not be resumed.
     *
     * @param reason why
     * @param neverRuns whether it has been given up since, which proves that it has not run and never will: a command
     *     that was not answered in time may have been carried out, or may be later
     */
    public List<DestinationAction> onResumeFailed(String reason, boolean neverRuns) {
        if (state == State.STARTING && left == Phase.RUNNING) {
            // It has run here: it is nobody else's any more.
            finish("the guest could not be resumed here: " + reason, false, false);
        } else if (state == State.STARTING) {
            String failure = "the guest could not be started here: " + reason;
            if (neverRuns) {
                send(Frame.abort(reason));
                finish(failure + "; it goes on at the source", true, false);
            } else {
                finish(
                        failure + "; the hand-over is in doubt, so the guest stays paused at the source:"
                                + " resume it there only if it does not run here",
                        false,
                        false);
            }
        }
        return take();
    }

    /** Every page is CURRENT or MAPPED. */
    public List<DestinationAction> onAllCurrent() {
        allCurrent = true;
        leaveWhenReady();
        return take();
    }

    private void leaveWhenReady() {
        if (!allCurrent || state != State.RUNNING) {
            return;
        }
        if (!verify || audited) {
            state = State.LEAVING;
            out.add(new Disarm());
        } else if (!manifestBegun) {
            manifestBegun = true;
            out.add(new SendManifest(Frame.MANIFEST_WINDOW));
        }
    }

    private void onAudited(Frame answer) {
        if ((answer.flags() & Frame.FLAG_LAST) == 0) {
            out.add(new SendManifest(1));
        } else {
            audited = true;
            out.add(new TakeAudit(answer));
            leaveWhenReady();
        }
    }

    /** All guest memory is unregistered. */
    public List<DestinationAction> onDisarmed() {
        if (state == State.LEAVING) {
            send(Frame.of(FrameType.COMPLETE));
            finish("", true, false);
        }
        return take();
    }

    /** Time passes. */
    public List<DestinationAction> onTick(long nowNanos) {
        if (state != State.ENDED) {
            if (liveness.shouldPing(nowNanos)) {
                send(Frame.of(FrameType.PING));
            }
            if (liveness.isLost(nowNanos)) {
                loseSource(
                        "the source has been silent for " + liveness.silenceNanos(nowNanos) / NANOS_PER_MILLI + " ms");
            }
        }
        return take();
    }

    /** Something of this side failed. */
    public List<DestinationAction> onFailure(String reason) {
        if (state != State.ENDED) {
            giveUp(reason);
        }
        return take();
    }

    /** A connection has broken. */
    public List<DestinationAction> onDisconnected(String reason) {
        if (state != State.ENDED) {
            loseSource(reason);
        }
        return take();
    }

    /** Loaded, and not told yet who runs the guest: the source may have decided, and comes again to say so. */
    private void loseSource(String reason) {
        if (state == State.PREPARED) {
            finish(reason + "; the guest is loaded here, and the source has not said who runs it", false, false);
        } else {
            giveUp(reason);
        }
    }

    private void giveUp(String reason) {
        // After COMMIT an ABORT would claim that the guest never ran here.
        if (state.compareTo(State.REJOINING) < 0) {
            send(Frame.abort(reason));
        }
        fail(reason);
    }

    private void fail(String reason) {
        if (state == State.ENDED) {
            return;
        }
        if (state == State.REJOINING) {
            finish(reason + "; nothing has changed here: run 'faultline resume' again", false, false);
        } else if (state.compareTo(State.REJOINING) < 0) {
            if (loaded) {
                out.add(new Discard());
            }
            finish(reason + "; the guest never ran here", true, false);
        } else {
            String why = allCurrent
                    ? "its memory is here but still under the engine's control"
                    : "pages of it are still at the source";
            finish(
                    reason + "; the guest is held here, because " + why + ": 'faultline resume' on both sides goes on",
                    false,
                    false);
        }
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
        return "the source sent " + frame.type() + " in state " + state;
    }

    private List<DestinationAction> take() {
        List<DestinationAction> actions = List.copyOf(out);
        out.clear();
        return actions;
    }
}
