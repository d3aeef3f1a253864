package dev.faultline.migration.destination;

/**
 * For how long the reader of faults looks for the next one, at most, before it sleeps.
 *
 * @param maxNanos in nanoseconds; 0: it sleeps at once
 */
public record SpinLimit(long maxNanos) {
    /** It sleeps at once. */
    public static final SpinLimit OFF = new SpinLimit(0);

    private static final long AUTO_NANOS = 50_000;
    /** With fewer, guest and engine are in each other's way. */
    private static final int AUTO_PROCESSORS = 3;

    /** {@return what fits this machine} */
    public static SpinLimit auto() {
        return Runtime.getRuntime().availableProcessors() < AUTO_PROCESSORS ? OFF : new SpinLimit(AUTO_NANOS);
    }
}
