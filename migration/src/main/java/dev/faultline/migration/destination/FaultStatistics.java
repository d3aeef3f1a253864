package dev.faultline.migration.destination;

import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.AtomicHistogram;
import org.HdrHistogram.Histogram;

/** How long faults took, from reading the event to the answer, by kind. Recording allocates nothing and locks nobody out. */
final class FaultStatistics {
    private static final long MAX_NANOS = TimeUnit.MINUTES.toNanos(10);

    private final Map<FaultKind, Histogram> histograms = new EnumMap<>(FaultKind.class);

    FaultStatistics() {
        for (FaultKind kind : FaultKind.values()) {
            histograms.put(kind, new AtomicHistogram(MAX_NANOS, 2));
        }
    }

    void record(FaultKind kind, long nanos) {
        histogram(kind).recordValue(Math.clamp(nanos, 0, MAX_NANOS));
    }

    long count() {
        return histograms.values().stream().mapToLong(Histogram::getTotalCount).sum();
    }

    FaultSummary summary(FaultKind kind) {
        Histogram histogram = histogram(kind);
        return new FaultSummary(
                kind,
                histogram.getTotalCount(),
                histogram.getValueAtPercentile(50),
                histogram.getValueAtPercentile(99),
                histogram.getMaxValue());
    }

    private Histogram histogram(FaultKind kind) {
        return java.util.Objects.requireNonNull(histograms.get(kind));
    }
}
