package dev.faultline.simulation.sweep;

/**
 * What one migration of a sweep cost. Times are simulated, and sizes those of the real guest.
 *
 * @param failure why it did not come to its end; empty if it did
 * @param rounds of pre-copy
 * @param downtimeNanos from the source's machine having stopped until the destination's runs
 * @param totalNanos from the source's beginning until its engine has ended
 * @param wireBytes what the network carried from the source
 * @param faults how often a vCPU waited for a page
 * @param medianWaitNanos how long, one half of the times
 * @param longestWaitNanos how long at most
 */
public record SweepResult(
        String failure,
        int rounds,
        long downtimeNanos,
        long totalNanos,
        long wireBytes,
        long faults,
        long medianWaitNanos,
        long longestWaitNanos) {}
