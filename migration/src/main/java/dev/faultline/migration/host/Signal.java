package dev.faultline.migration.host;

import java.util.function.BooleanSupplier;

/**
 * Lets threads wait until something is so. Who makes it so does that first, in a way that other threads see, and raises the
 * signal then.
 */
public interface Signal {
    /** No time limit. */
    long FOREVER = Long.MAX_VALUE;

    /**
     * Waits.
     *
     * @param until what for; looked at now and whenever the signal is raised, and it changes nothing
     * @param timeoutNanos for how long at most; {@link #FOREVER} for no limit
     * @return whether it is so; if not, the time has passed
     * @throws InterruptedException if the thread is interrupted
     */
    boolean await(BooleanSupplier until, long timeoutNanos) throws InterruptedException;

    /** Has all that wait look again. */
    void raise();
}
