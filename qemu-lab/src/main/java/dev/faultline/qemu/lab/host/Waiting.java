package dev.faultline.qemu.lab.host;

import java.time.Duration;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/** Waits for what nobody announces. */
public final class Waiting {
    private static final long STEP_MILLIS = 2;

    private Waiting() {}

    /**
     * Returns when something is so.
     *
     * @param atMost how long to wait for it
     * @param condition looked at again and again
     * @param failure the message if it does not come true
     * @throws LabException if it does not come true in time
     */
    public static void until(Duration atMost, BooleanSupplier condition, Supplier<String> failure) {
        long deadlineNanos = System.nanoTime() + atMost.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() - deadlineNanos > 0) {
                throw new LabException(failure.get());
            }
            sleepMillis(STEP_MILLIS);
        }
    }

    /**
     * Sleeps.
     *
     * @param millis how long
     * @throws LabException if the thread is interrupted
     */
    public static void sleepMillis(long millis) {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new LabException("interrupted while waiting", e);
        }
    }
}
