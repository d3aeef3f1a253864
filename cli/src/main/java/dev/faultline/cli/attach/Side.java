package dev.faultline.cli.attach;

/** Which side of a move a guest is on. */
public enum Side {
    /** It is to leave. */
    SOURCE,
    /** It waits for a guest from elsewhere. */
    DESTINATION,
    /** It was to leave when the move was broken off. */
    RESUMED_SOURCE,
    /** It was to come in when the move was broken off. */
    RESUMED_DESTINATION
}
