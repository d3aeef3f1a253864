package dev.faultline.benchmarks.report;

import java.util.Collections;
import java.util.List;

/** A table of a section. */
public final class MarkdownTable {
    private final StringBuilder text = new StringBuilder();

    /**
     * Begins one.
     *
     * @param header the columns' titles
     */
    public MarkdownTable(String... header) {
        row(header);
        row(Collections.nCopies(header.length, "---").toArray(String[]::new));
    }

    /**
     * Adds a row.
     *
     * @param cells as many as there are columns
     */
    public void row(String... cells) {
        text.append("| ").append(String.join(" | ", List.of(cells))).append(" |\n");
    }

    @Override
    public String toString() {
        return text.toString();
    }
}
