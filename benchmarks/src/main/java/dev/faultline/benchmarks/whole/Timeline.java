package dev.faultline.benchmarks.whole;

import dev.faultline.benchmarks.report.Plot;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What a guest did around its hand-over, in one run of each of several ways. */
public final class Timeline {
    private static final int MILLIS_BEFORE = 1500;
    private static final int MILLIS_AFTER = 1000;
    private static final int STEP_MILLIS = 25;
    private static final double THOUSAND = 1000;
    private static final long NANOS_PER_MILLI = 1_000_000;

    private final Map<String, Plot.Line> lines = new LinkedHashMap<>();

    /** Has none yet. */
    public Timeline() {}

    /**
     * Adds a run, instead of an earlier one of the same way.
     *
     * @param way how the guest was moved
     * @param pace what it did
     * @param stopNanos when it was stopped, by {@link System#nanoTime}
     */
    public void put(String way, GuestPace pace, long stopNanos) {
        List<Double> x = new ArrayList<>();
        List<Double> y = new ArrayList<>();
        for (int millis = -MILLIS_BEFORE; millis < MILLIS_AFTER; millis += STEP_MILLIS) {
            long fromNanos = stopNanos + millis * NANOS_PER_MILLI;
            x.add(millis + STEP_MILLIS / 2.0);
            y.add(pace.pagesPerSecond(fromNanos, fromNanos + STEP_MILLIS * NANOS_PER_MILLI) / THOUSAND);
        }
        lines.put(way, new Plot.Line(way, x, y));
    }

    /**
     * {@return the picture}
     *
     * @param guest which guest
     */
    public Plot plot(String guest) {
        return new Plot(
                "timeline",
                "What the guest did around its hand-over: " + guest,
                "milliseconds from its stop",
                "1000 pages/s, each " + STEP_MILLIS + " ms",
                false,
                List.copyOf(lines.values()));
    }
}
