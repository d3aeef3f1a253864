package dev.faultline.migration;

/** What pre-copy does when its limits come and the guest still writes too fast to be handed over within them. */
public enum OnNoConvergence {
    /** Give the move up; the guest goes on at the source. */
    ABORT,
    /** Slow the guest down, more and more, as soon as a round does not help; give the move up if even that does not. */
    THROTTLE,
    /** Hand over all the same, with a longer downtime. */
    SWITCH
}
