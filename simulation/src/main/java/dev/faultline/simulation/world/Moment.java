package dev.faultline.simulation.world;

/** What happens again and again in a migration, so that a fault can be planned for the n-th time. */
public enum Moment {
    /** An engine is about to send a frame on its control connection, but for pings. */
    CONTROL_FRAME,
    /** An engine is about to send a frame on another connection. */
    DATA_FRAME,
    /** A machine is about to carry a command out. */
    COMMAND,
    /** A machine has carried a command out, and is about to answer. */
    ANSWER,
    /** An engine is about to read what has come from the network. */
    READ
}
