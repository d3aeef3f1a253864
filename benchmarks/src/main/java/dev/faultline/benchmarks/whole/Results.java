package dev.faultline.benchmarks.whole;

import dev.faultline.benchmarks.report.MarkdownTable;
import dev.faultline.benchmarks.report.Samples;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The samples of several ways to move several guests, in the order in which they were first seen. */
public final class Results {
    private final Map<Case, Cell> cells = new LinkedHashMap<>();

    /**
     * A guest and a way to move it.
     *
     * @param guest its name
     * @param way its name
     */
    public record Case(String guest, String way) {}

    private static final class Cell {
        final Map<Figure, Samples> figures = new EnumMap<>(Figure.class);
        int count;
        int unfinished;
    }

    /** Has none yet. */
    public Results() {}

    /**
     * Adds one.
     *
     * @param of what was moved, how
     * @param sample what that was like
     */
    public void add(Case of, Sample sample) {
        Cell cell = cells.computeIfAbsent(of, _ -> new Cell());
        cell.count++;
        cell.unfinished += sample.isFinished() ? 0 : 1;
        sample.figures()
                .forEach((figure, value) ->
                        cell.figures.computeIfAbsent(figure, _ -> new Samples()).add(value));
    }

    /** {@return what was measured} */
    public List<Case> cases() {
        return List.copyOf(cells.keySet());
    }

    /**
     * {@return how many samples there are}
     *
     * @param of of what
     */
    public int count(Case of) {
        Cell cell = cells.get(of);
        return cell == null ? 0 : cell.count;
    }

    /**
     * {@return a figure's samples, if there are any}
     *
     * @param of of what
     * @param figure which
     */
    public Optional<Samples> of(Case of, Figure figure) {
        return Optional.ofNullable(cells.get(of)).map(cell -> cell.figures.get(figure));
    }

    /**
     * {@return the medians and spreads of some figures}
     *
     * @param figures for the columns
     */
    public String table(Figure... figures) {
        List<String> header = new ArrayList<>(List.of("guest", "by"));
        List.of(figures).forEach(figure -> header.add(figure.title()));
        MarkdownTable table = new MarkdownTable(header.toArray(String[]::new));
        cells.forEach((of, cell) -> {
            List<String> row = new ArrayList<>(List.of(of.guest(), of.way() + unfinished(cell)));
            for (Figure figure : figures) {
                Samples samples = cell.figures.get(figure);
                row.add(samples == null ? "-" : samples.cell(figure.digits()));
            }
            table.row(row.toArray(String[]::new));
        });
        return table.toString();
    }

    private static String unfinished(Cell cell) {
        return cell.unfinished == 0 ? "" : " (" + cell.unfinished + " of " + cell.count + " came to no end)";
    }
}
