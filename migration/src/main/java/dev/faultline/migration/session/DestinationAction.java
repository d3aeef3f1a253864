package dev.faultline.migration.session;

import dev.faultline.migration.wire.Frame;

/** What the destination's session wants done. */
public sealed interface DestinationAction {
    /** Send a control frame. */
    record Send(Frame frame) implements DestinationAction {}

    /** Register all guest memory and serve its faults: {@link DestinationSession#onArmed}. */
    record Arm() implements DestinationAction {}

    /** The source has paused: drop pre-copy frames; load the device state: {@link DestinationSession#onLoaded}. */
    record Load(Frame prepare) implements DestinationAction {}

    /** The guest is ours; let it run if it ran at the source: {@link DestinationSession#onResumed}. */
    record Resume(boolean run) implements DestinationAction {}

    /** Apply a part of the dirty map. */
    record ApplyMap(Frame frame) implements DestinationAction {}

    /** Every page is here: unregister all guest memory and wake whoever waits: {@link DestinationSession#onDisarmed}. */
    record Disarm() implements DestinationAction {}

    /** Pages are missing and will not come: stop the guest rather than let it wait in its vCPUs. */
    record PauseGuest() implements DestinationAction {}

    /** See to it that the guest, whose device state was loaded, never runs here. */
    record Discard() implements DestinationAction {}

    /** The session has ended: in success if {@code failure} is empty. */
    record Finish(String failure) implements DestinationAction {}
}
