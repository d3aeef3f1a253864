package dev.faultline.benchmarks.report;

import java.util.Optional;

/**
 * What a benchmark has found.
 *
 * @param title of its section in docs/benchmarks.md
 * @param introduction what was measured, how; RUNS and MACHINE are filled in
 * @param tables the numbers
 * @param plot a picture, if there is one; the tables link to it
 */
public record Section(String title, String introduction, String tables, Optional<Plot> plot) {
    /**
     * A section without a picture.
     *
     * @param title of its section in docs/benchmarks.md
     * @param introduction what was measured, how; RUNS and MACHINE are filled in
     * @param tables the numbers
     */
    public Section(String title, String introduction, String tables) {
        this(title, introduction, tables, Optional.empty());
    }
}
