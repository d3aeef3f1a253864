package dev.faultline.benchmarks.fault;

/**
 * Pages that were touched once, and what it took.
 *
 * @param nanos from the first touch to the end of the last
 * @param touches how many
 * @param faults how many of them raised one
 * @param allocatedBytes what serving them took of the heap
 * @param latencies of each touch, by {@link Latencies}
 */
record Run(long nanos, long touches, long faults, long allocatedBytes, Latencies latencies) {
    double perSecond() {
        return touches * 1e9 / nanos;
    }
}
