package dev.faultline.cli.rate;

import dev.faultline.migration.rate.WriteSample;

/** All samples together. */
final class RateSummary {
    private int samples;
    private long elapsedNanos;
    private long writtenBytes;
    private long mostBytes;
    private long mostBytesPerSecond;
    private long recentBytes;
    private long totalBytes;

    void add(WriteSample sample) {
        samples++;
        elapsedNanos = sample.elapsedNanos();
        writtenBytes += sample.writtenBytes();
        mostBytes = Math.max(mostBytes, sample.writtenBytes());
        mostBytesPerSecond = Math.max(mostBytesPerSecond, sample.writtenBytesPerSecond());
        recentBytes = sample.recentBytes();
        totalBytes = sample.totalBytes();
    }

    int samples() {
        return samples;
    }

    long elapsedNanos() {
        return elapsedNanos;
    }

    /** {@return the sum of all intervals} */
    long writtenBytes() {
        return writtenBytes;
    }

    /** {@return the bytes of the interval with the most} */
    long mostBytes() {
        return mostBytes;
    }

    /** {@return the rate of the busiest interval} */
    long mostBytesPerSecond() {
        return mostBytesPerSecond;
    }

    long meanBytesPerSecond() {
        return WriteSample.perSecond(writtenBytes, elapsedNanos);
    }

    /** {@return the working set of the last ten seconds} */
    long recentBytes() {
        return recentBytes;
    }

    /** {@return the working set since the beginning} */
    long totalBytes() {
        return totalBytes;
    }
}
