package dev.faultline.simulation.sweep;

import dev.faultline.migration.MigrationMode;

/**
 * What one migration of a sweep is like.
 *
 * @param mode when the guest changes hosts
 * @param ramBytes the guest's memory
 * @param pages what its pages are
 * @param dirtyPercent how much of its memory the guest writes, as a share of what the link carries in the same time
 * @param gigabitsPerSecond what the link carries
 * @param latencyNanos one way
 * @param connections how many connections carry pages
 * @param simulatedPages of how many pages the simulated guest is at most: what is more is scaled
 */
public record SweepPoint(
        MigrationMode mode,
        long ramBytes,
        PageKind pages,
        int dirtyPercent,
        int gigabitsPerSecond,
        long latencyNanos,
        int connections,
        int simulatedPages) {
    /** The simulated guest's pages are of this size, and one stands for as many bytes or for a multiple of them. */
    static final long UNIT_BYTES = 2 << 20;

    /** {@return of how many pages the simulated guest is} */
    public int unitCount() {
        return (int) Math.min(ramBytes / UNIT_BYTES, simulatedPages);
    }

    /** {@return for how many bytes one of them stands} */
    public long bytesPerUnit() {
        return ramBytes / unitCount();
    }

    double bytesPerNano() {
        return gigabitsPerSecond / 8.0;
    }

    /** {@return for how many bytes of the real guest some bytes of the simulated one stand} */
    double real(long simulatedBytes) {
        return (double) simulatedBytes / UNIT_BYTES * bytesPerUnit();
    }
}
