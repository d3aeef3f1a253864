package dev.faultline.simulation.world;

/** One of the two hosts. */
public enum Side {
    SOURCE,
    DESTINATION;

    public Side other() {
        return this == SOURCE ? DESTINATION : SOURCE;
    }
}
