package dev.faultline.conformance.cases;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/**
 * A table written as text: the first line names the columns, the first cell of each other line the row, and bars part the
 * cells. An empty cell, and a dash, say nothing.
 */
final class TextTable {
    private static final Pattern BAR = Pattern.compile("\\|");

    /** A cell that says something. */
    record Cell(String row, String column, String text) {}

    private TextTable() {}

    static List<Cell> cells(String text) {
        List<Cell> cells = new ArrayList<>();
        List<String> lines = text.lines().filter(line -> !line.isBlank()).toList();
        List<String> columns = split(lines.getFirst());
        for (String line : lines.subList(1, lines.size())) {
            List<String> row = split(line);
            if (row.size() > columns.size()) {
                throw new IllegalArgumentException("more cells than columns: " + line);
            }
            for (int i = 1; i < row.size(); i++) {
                if (!row.get(i).isEmpty() && !row.get(i).equals("-")) {
                    cells.add(new Cell(row.getFirst(), columns.get(i), row.get(i)));
                }
            }
        }
        return cells;
    }

    private static List<String> split(String line) {
        return BAR.splitAsStream(line).map(String::strip).toList();
    }
}
