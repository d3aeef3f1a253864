package dev.faultline.migration.session;

import dev.faultline.migration.wire.Frame;

/** What the destination's session wants done. */
public sealed interface DestinationAction {
    /** Send a control frame. */
    record Send(Frame frame) implements DestinationAction {}

    /** Register all guest memory and serve its faults; keep hashes if asked to: {@link DestinationSession#onArmed}. */
    record Arm(boolean verify) implements DestinationAction {}

    /** Serve the faults of guest memory that another engine registered: {@link DestinationSession#onArmed}. */
    record Rejoin() implements DestinationAction {}

    /** Tell the source which pages do not have their final content. */
    record SendNeeded() implements DestinationAction {}

    /** The source is about to pause: do what can be done before the device state comes. */
    record Expect() implements DestinationAction {}

    /** The source has paused: drop pre-copy frames; load the device state: {@link DestinationSession#onLoaded}. */
    record Load(Frame prepare) implements DestinationAction {}

    /** The guest is ours; let it run if it ran at the source: {@link DestinationSession#onResumed}. */
    record Resume(boolean run) implements DestinationAction {}

    /** Apply a part of the dirty map. */
    record ApplyMap(Frame frame) implements DestinationAction {}

    /** Send so many more parts of the manifest, as far as there are any. */
    record SendManifest(int parts) implements DestinationAction {}

    /** The source has audited the whole manifest. */
    record TakeAudit(Frame outcome) implements DestinationAction {}

    /** Every page is here: unregister all guest memory and wake whoever waits: {@link DestinationSession#onDisarmed}. */
    record Disarm() implements DestinationAction {}

    /** See to it that the guest, whose device state was loaded, never runs here. */
    record Discard() implements DestinationAction {}

    /**
     * The session has ended: in success if {@code failure} is empty. Unless it is {@code settled} where the guest runs, it
     * goes on over other connections, or a successor has to find what was written down. Where the guest never runs, the
     * source may have {@code heard} so.
     */
    record Finish(String failure, boolean settled, boolean heard) implements DestinationAction {}
}
