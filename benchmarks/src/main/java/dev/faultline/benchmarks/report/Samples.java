package dev.faultline.benchmarks.report;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** What one way was measured to take, or to do, run by run. */
public final class Samples {
    private final List<Double> values = new ArrayList<>();

    /** None yet. */
    public Samples() {}

    /**
     * Adds one.
     *
     * @param value in whatever unit
     */
    public void add(double value) {
        values.add(value);
    }

    /** {@return how many there are} */
    public int size() {
        return values.size();
    }

    /** {@return the one in the middle; the upper one of two} */
    public double median() {
        return sorted().get(values.size() / 2);
    }

    /**
     * {@return this median as a part of another}
     *
     * @param other measured in turns with these
     */
    public double ratioTo(Samples other) {
        return median() / other.median();
    }

    /**
     * {@return median (smallest-largest)}
     *
     * @param digits how many after the point
     */
    public String cell(int digits) {
        List<Double> sorted = sorted();
        return text(median(), digits) + " (" + text(sorted.getFirst(), digits) + "-" + text(sorted.getLast(), digits)
                + ")";
    }

    private static String text(double value, int digits) {
        return BigDecimal.valueOf(value).setScale(digits, RoundingMode.HALF_UP).toPlainString();
    }

    private List<Double> sorted() {
        List<Double> sorted = new ArrayList<>(values);
        Collections.sort(sorted);
        return sorted;
    }
}
