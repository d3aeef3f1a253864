package dev.faultline.migration;

/**
 * One round of pre-copy.
 *
 * @param round its number, from 0
 * @param sentPages pages sent with content
 * @param sentBytes content sent
 * @param durationNanos how long it took
 * @param dirtyPages pages found written since; what the next round would send
 * @param dirtyBytes the same in bytes
 */
public record RoundSummary(
        int round, long sentPages, long sentBytes, long durationNanos, long dirtyPages, long dirtyBytes) {}
