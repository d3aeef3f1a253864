package dev.faultline.benchmarks.whole;

import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;

/** What one migration was like; figures that it does not have are left out, and all of them if it came to no end. */
public final class Sample {
    private final Map<Figure, Double> figures = new EnumMap<>(Figure.class);

    /** Has no figures yet. */
    public Sample() {}

    /**
     * Adds a figure.
     *
     * @param figure which
     * @param value in its unit
     * @return this
     */
    public Sample with(Figure figure, double value) {
        figures.put(figure, value);
        return this;
    }

    /** {@return whether the migration came to its end} */
    public boolean isFinished() {
        return figures.containsKey(Figure.TOTAL);
    }

    /** {@return all that there are} */
    public Map<Figure, Double> figures() {
        return Collections.unmodifiableMap(figures);
    }
}
