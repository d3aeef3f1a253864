package dev.faultline.migration.host;

/** A thread of an engine. */
public interface Worker {
    /**
     * Waits until it ends.
     *
     * @param timeoutNanos for how long at most
     * @return whether it has
     */
    boolean join(long timeoutNanos);
}
