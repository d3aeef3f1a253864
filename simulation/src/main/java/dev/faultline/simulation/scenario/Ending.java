package dev.faultline.simulation.scenario;

/** How a simulated migration has ended. */
public enum Ending {
    /** The guest runs at the destination. */
    MOVED,
    /** The guest runs at the source. */
    STAYED,
    /** A machine was killed that the guest needed. */
    LOST,
    /** Something was seen that must not be. */
    VIOLATED
}
