package dev.faultline.cli.text;

import java.util.Locale;

/** Counts, times and rates in words. */
public final class Numbers {
    private static final double NANOS_PER_MICRO = 1e3;
    private static final double NANOS_PER_MILLI = 1e6;
    private static final double NANOS_PER_SECOND = 1e9;

    private Numbers() {}

    /**
     * {@return a count with its thousands apart}
     *
     * @param count the count
     */
    public static String count(long count) {
        return String.format(Locale.ROOT, "%,d", count);
    }

    /**
     * {@return a count and what is counted}
     *
     * @param count the count
     * @param one the word for one of them; it gets an s for any other number
     */
    public static String count(long count, String one) {
        return count(count) + " " + one + (count == 1 ? "" : "s");
    }

    /**
     * {@return a time with three digits and the unit that suits it}
     *
     * @param nanos the time
     */
    public static String nanos(long nanos) {
        if (nanos < NANOS_PER_MICRO) {
            return nanos + " ns";
        }
        if (nanos < NANOS_PER_MILLI) {
            return threeDigits(nanos / NANOS_PER_MICRO) + " us";
        }
        if (nanos < NANOS_PER_SECOND) {
            return threeDigits(nanos / NANOS_PER_MILLI) + " ms";
        }
        return threeDigits(nanos / NANOS_PER_SECOND) + " s";
    }

    /**
     * {@return gigabytes (10^9) per second}
     *
     * @param bytes how many bytes
     * @param nanos in which time
     */
    public static String rate(long bytes, long nanos) {
        return String.format(Locale.ROOT, "%.2f GB/s", nanos <= 0 ? 0 : (double) bytes / nanos);
    }

    private static String threeDigits(double value) {
        return String.format(Locale.ROOT, value < 10 ? "%.2f" : value < 100 ? "%.1f" : "%.0f", value);
    }
}
