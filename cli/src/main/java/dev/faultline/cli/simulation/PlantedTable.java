package dev.faultline.cli.simulation;

import dev.faultline.simulation.Tally;
import dev.faultline.simulation.planted.PlantedBug;
import java.util.Locale;

/** Which planted bugs were found, after how many seeds, and by what. */
final class PlantedTable {
    private static final int LONGEST = 140;

    private final long firstSeed;
    private final long mostSeeds;
    private final String commit;
    private final StringBuilder rows = new StringBuilder();
    private boolean allFound = true;

    PlantedTable(long firstSeed, long mostSeeds, String commit) {
        this.firstSeed = firstSeed;
        this.mostSeeds = mostSeeds;
        this.commit = commit;
    }

    /** {@return the bug's row, which is one of the table from now on} */
    String add(PlantedBug bug, Tally tally) {
        boolean isFound = !tally.found().isEmpty();
        allFound &= isFound;
        String name = bug.name().toLowerCase(Locale.ROOT).replace('_', '-');
        String how = isFound
                ? tally.migrations() + " | "
                        + shortened(
                                tally.found().getFirst().outcome().violations().getFirst())
                : "not in " + mostSeeds + " | ";
        String row = "| " + name + " | " + bug.rule() + " | " + bug.text() + " | " + how + " |";
        rows.append(row).append('\n');
        return row;
    }

    private static String shortened(String text) {
        String line = text.replace('\n', ' ').replace('|', '/');
        return line.length() <= LONGEST ? line : line.substring(0, LONGEST) + "...";
    }

    boolean allFound() {
        return allFound;
    }

    /** {@return the table, and what was run} */
    String document() {
        return "# Planted bugs that the simulation finds\n\n"
                + "| bug | rule that it breaks | what it does | seeds until found | what was seen |\n"
                + "| --- | --- | --- | --- | --- |\n" + rows
                + "\nSeeds from " + firstSeed + ", at most " + mostSeeds + " for each bug"
                + (commit.isEmpty() ? "" : "; commit " + commit) + ". `./dev simulate --planted --seed " + firstSeed
                + "` does it again.\n";
    }
}
