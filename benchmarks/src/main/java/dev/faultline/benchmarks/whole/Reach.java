package dev.faultline.benchmarks.whole;

import dev.faultline.benchmarks.report.MarkdownTable;
import dev.faultline.benchmarks.report.Samples;
import dev.faultline.benchmarks.whole.Results.Case;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * A ratio of medians that is wanted.
 *
 * @param figure of what
 * @param guest of which guest
 * @param reference the way that is the measure
 * @param wanted the ratio, in words
 */
public record Reach(Figure figure, String guest, String reference, String wanted) {

    /**
     * {@return the ratios that were reached beside those that are wanted}
     *
     * @param wanted all of them
     * @param ways the ways to be compared with each reference
     * @param results of one run
     */
    public static String table(List<Reach> wanted, List<String> ways, Results results) {
        List<String> header = new ArrayList<>(List.of("ratio of medians", "guest", "wanted"));
        header.addAll(ways);
        MarkdownTable table = new MarkdownTable(header.toArray(String[]::new));
        for (Reach reach : wanted) {
            List<String> row =
                    new ArrayList<>(List.of(reach.figure.label() + " / " + reach.reference, reach.guest, reach.wanted));
            ways.forEach(way -> row.add(reach.ratio(way, results)));
            table.row(row.toArray(String[]::new));
        }
        return table.toString();
    }

    private String ratio(String way, Results results) {
        Optional<Samples> ours = results.of(new Case(guest, way), figure);
        Optional<Samples> theirs = results.of(new Case(guest, reference), figure);
        return ours.isEmpty() || theirs.isEmpty()
                ? "-"
                : String.format(Locale.ROOT, "%.2f", ours.get().ratioTo(theirs.get()));
    }
}
