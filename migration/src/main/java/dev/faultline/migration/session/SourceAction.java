package dev.faultline.migration.session;

import dev.faultline.migration.Decision;
import dev.faultline.migration.wire.Frame;

/** What the source's session wants done. Each but the last few is answered by the event that its comment names. */
public sealed interface SourceAction {
    /** Send a control frame. */
    record Send(Frame frame) implements SourceAction {}

    /** Tell the operator that all is ready and that nothing happens until he says so; the move has not begun. */
    record StandBy() implements SourceAction {}

    /** The operator has said so: the move begins now. */
    record Begin() implements SourceAction {}

    /** Write-protect all memory, so that no write is missed: {@link SourceSession#onTracking}. */
    record Track() implements SourceAction {}

    /** Send a round, then find what was written meanwhile: {@link SourceSession#onRound}. */
    record SendRound(int round) implements SourceAction {}

    /**
     * Find what was written, with the guest's devices drained, and send it; scan no more until the guest is paused:
     * {@link SourceSession#onRound}.
     */
    record SendDrainedRound(int round) implements SourceAction {}

    /** Write down and tell what was decided. */
    record Note(Decision decision) implements SourceAction {}

    /** Send nothing of the rounds, or go on with that. */
    record Hold(boolean hold) implements SourceAction {}

    /** End the round at hand at the next frame; what it has not sent stays dirty. Send nothing of a later round. */
    record CutRound() implements SourceAction {}

    /** Take so much of the guest's time from it; a pause ends that. */
    record Throttle(int percent) implements SourceAction {}

    /** Stop the guest: {@link SourceSession#onPaused}. */
    record Pause() implements SourceAction {}

    /** With the guest paused, send all that is dirty and wait until it took effect: {@link SourceSession#onCopied}. */
    record CopyRest() implements SourceAction {}

    /** With the guest paused, answer faults: what is dirty does not change any more. */
    record OpenMap() implements SourceAction {}

    /** Save the device state: {@link SourceSession#onDeviceState}. */
    record SaveDeviceState() implements SourceAction {}

    /** Send every dirty page that the destination does not ask for first; it says when it has all of them. */
    record Push() implements SourceAction {}

    /** Send the dirty map. */
    record SendMap() implements SourceAction {}

    /** Compare a part of the destination's manifest with this side's memory: {@link SourceSession#onAudited}. */
    record Audit(Frame manifest) implements SourceAction {}

    /** The guest is the destination's for good. */
    record Relinquish() implements SourceAction {}

    /** The destination told which pages it still needs, in answer to RESUME: push no others. */
    record TakeNeeded(Frame frame) implements SourceAction {}

    /**
     * Stop tracking and throttling; with {@code resume}, let the guest run on here if this migration has stopped it. Unless it is
     * {@code settled} where the guest runs, a successor has to find what was written down.
     */
    record Release(boolean resume, boolean settled) implements SourceAction {}

    /** The session has ended: in success if {@code failure} is empty. */
    record Finish(String failure) implements SourceAction {}
}
