package dev.faultline.benchmarks.fault;

import java.util.Arrays;

/** How long touches took, by their quantiles: the shortest, the longest, and 999 evenly between them, of each run. */
final class Latencies {
    private long[] nanos = {};

    void add(long[] quantiles) {
        int length = nanos.length;
        nanos = Arrays.copyOf(nanos, length + quantiles.length);
        System.arraycopy(quantiles, 0, nanos, length, quantiles.length);
        Arrays.sort(nanos);
    }

    void addAll(Latencies others) {
        add(others.nanos);
    }

    /** {@return the time that a part of all touches did not take longer than} */
    long quantile(double part) {
        return nanos[(int) Math.round((nanos.length - 1) * part)];
    }
}
