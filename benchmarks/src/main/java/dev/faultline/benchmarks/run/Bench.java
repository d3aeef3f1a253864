package dev.faultline.benchmarks.run;

import dev.faultline.benchmarks.report.Section;
import java.io.IOException;

/** One benchmark: measures, and says what it has found. */
public interface Bench {
    /**
     * Runs it.
     *
     * @param settings how long
     * @return what is to be written
     * @throws IOException if something that it takes is missing, or goes wrong
     */
    Section run(Settings settings) throws IOException;
}
