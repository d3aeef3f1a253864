package dev.faultline.migration.rate;

import java.util.List;
import java.util.function.ToLongFunction;

/**
 * What a process has written to its memory. A page counts once in each interval: so it is no count of stores, of which
 * there were as many or more, but what a pre-copy round that took as long as the interval would have to send again. A
 * store that is under way at a sample, one of each thread at most, may count in the next one, too: as it would in a round.
 *
 * @param elapsedNanos since the beginning
 * @param intervalNanos since the sample before
 * @param areas by memory file
 */
public record WriteSample(long elapsedNanos, long intervalNanos, List<AreaSample> areas) {
    private static final double NANOS_PER_SECOND = 1e9;

    /** Copies the list. */
    public WriteSample {
        areas = List.copyOf(areas);
    }

    /** {@return how much was written since the sample before, in bytes} */
    public long writtenBytes() {
        return sum(AreaSample::writtenBytes);
    }

    /** {@return that for each second of the interval} */
    public long writtenBytesPerSecond() {
        return perSecond(writtenBytes(), intervalNanos);
    }

    /** {@return the working set of the last ten seconds, in bytes} */
    public long recentBytes() {
        return sum(AreaSample::recentBytes);
    }

    /** {@return the working set since the beginning, in bytes} */
    public long totalBytes() {
        return sum(AreaSample::totalBytes);
    }

    private long sum(ToLongFunction<AreaSample> count) {
        return areas.stream().mapToLong(count).sum();
    }

    /**
     * {@return bytes per second}
     *
     * @param bytes how many
     * @param nanos in which time; in none there are none
     */
    public static long perSecond(long bytes, long nanos) {
        return nanos <= 0 ? 0 : Math.round(bytes * NANOS_PER_SECOND / nanos);
    }
}
