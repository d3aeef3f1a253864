package dev.faultline.cli.text;

import java.util.ArrayList;
import java.util.List;

/** Rows of cells in columns: the first column to the left, the others to the right. */
public final class Table {
    private static final String GAP = "  ";

    private final String indent;
    private final List<List<String>> rows = new ArrayList<>();

    /**
     * Makes an empty table.
     *
     * @param indent what every line begins with
     */
    public Table(String indent) {
        this.indent = indent;
    }

    /**
     * Adds a row.
     *
     * @param cells its cells; a row may have fewer than others
     * @return this table
     */
    public Table row(String... cells) {
        rows.add(List.of(cells));
        return this;
    }

    /** {@return all lines, each with its end} */
    public String render() {
        int columns = rows.stream().mapToInt(List::size).max().orElse(0);
        int[] widths = new int[columns];
        for (List<String> row : rows) {
            for (int i = 0; i < row.size(); i++) {
                widths[i] = Math.max(widths[i], row.get(i).length());
            }
        }
        StringBuilder text = new StringBuilder();
        rows.forEach(row -> text.append(line(row, widths).stripTrailing()).append('\n'));
        return text.toString();
    }

    private String line(List<String> row, int[] widths) {
        StringBuilder line = new StringBuilder(indent);
        for (int i = 0; i < row.size(); i++) {
            String cell = row.get(i);
            String padding = " ".repeat(widths[i] - cell.length());
            line.append(i == 0 ? cell + padding : GAP + padding + cell);
        }
        return line.toString();
    }
}
