package dev.faultline.cli.attach;

/** Which side of a move a guest is on. */
public enum Side {
    /** It is to leave. */
    SOURCE,
    /** It waits for a guest from elsewhere. */
    DESTINATION,
    /** It is on either side of a move that was broken off. */
    RESUMED
}
