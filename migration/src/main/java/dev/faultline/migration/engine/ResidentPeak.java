package dev.faultline.migration.engine;

import dev.faultline.migration.host.Host;

/** The most memory that an engine's process had to itself, as far as was looked. One thread at a time. */
public final class ResidentPeak {
    private static final long PERIOD_NANOS = 100_000_000L;

    private final Host host;
    private long lookedNanos;
    private long peakBytes;

    public ResidentPeak(Host host, long nowNanos) {
        this.host = host;
        lookedNanos = nowNanos;
    }

    /** Looks, unless it was looked a moment ago. */
    public void look(long nowNanos) {
        if (nowNanos - lookedNanos >= PERIOD_NANOS) {
            lookedNanos = nowNanos;
            peakBytes = Math.max(peakBytes, host.residentBytes());
        }
    }

    /** {@return the most so far, now included} */
    public long bytes() {
        peakBytes = Math.max(peakBytes, host.residentBytes());
        return peakBytes;
    }
}
