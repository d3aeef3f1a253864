package dev.faultline.migration;

/** What an operator may tell the source of a move. */
public enum OperatorOrder {
    /** Hand over now: hybrid cuts the round short, pre-copy ends it first. */
    SWITCH_OVER,
    /** Send nothing until {@link #RESUME}; the guest runs on, and its writes are noted. Before the hand-over only. */
    PAUSE,
    /** Go on after {@link #PAUSE}. */
    RESUME,
    /** Give the move up; the guest goes on at the source. Before the destination is told to run it only. */
    CANCEL
}
