package dev.faultline.migration.destination;

/**
 * The faults of one kind.
 *
 * @param kind how they were answered
 * @param count how many
 * @param p50Nanos median time from reading the event to the answer
 * @param p99Nanos the time that 99 of 100 stayed within
 * @param maxNanos the longest
 */
public record FaultSummary(FaultKind kind, long count, long p50Nanos, long p99Nanos, long maxNanos) {}
