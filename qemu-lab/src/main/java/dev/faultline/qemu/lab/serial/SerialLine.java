package dev.faultline.qemu.lab.serial;

/**
 * A line that a guest printed.
 *
 * @param text without its end
 * @param arrivalNanos when its end was seen, by {@link System#nanoTime}; or {@link #UNKNOWN}
 */
public record SerialLine(String text, long arrivalNanos) {
    /** The time of a line whose arrival nobody saw. */
    public static final long UNKNOWN = Long.MIN_VALUE;
}
