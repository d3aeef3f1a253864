package dev.faultline.cli.differential;

import dev.faultline.cli.text.Numbers;
import dev.faultline.conformance.differential.Differential;
import dev.faultline.conformance.differential.Tally;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** Counts, and says now and then how far it is. */
final class Progress implements Differential.Listener {
    private static final long EVERY_NANOS = TimeUnit.SECONDS.toNanos(10);
    private static final String HEADER = """
            | memory | programs | steps | programs that race | differences |
            | --- | --- | --- | --- | --- |
            """;

    private static final Tally NONE = new Tally(0, 0, 0, 0);

    private final Differential differential;
    private final long begin = System.nanoTime();
    private long said = begin;
    private long seeds;
    private long lastSeed;

    Progress(Differential differential) {
        this.differential = differential;
    }

    @Override
    public void done(long seed) {
        seeds++;
        lastSeed = seed;
        if (System.nanoTime() - said > EVERY_NANOS) {
            said = System.nanoTime();
            System.out.println(counts());
        }
    }

    private String counts() {
        Tally all = total();
        double seconds = (System.nanoTime() - begin) / 1e9;
        return String.format(
                "seed %d: %s seeds, %s programs, %s steps, %s steps/s",
                lastSeed,
                Numbers.count(seeds),
                Numbers.count(all.programs()),
                Numbers.count(all.steps()),
                Numbers.count((long) (all.steps() / seconds)));
    }

    private Tally total() {
        return differential.tallies().values().stream().reduce(NONE, Tally::plus);
    }

    /** {@return the counts of each kind of memory, and of all} */
    String table() {
        Map<String, Tally> rows = new LinkedHashMap<>(differential.tallies());
        rows.put("all", total());
        StringBuilder text = new StringBuilder(HEADER);
        rows.forEach((kind, tally) -> text.append(String.format(
                "| %s | %s | %s | %s | %s |%n",
                kind,
                Numbers.count(tally.programs()),
                Numbers.count(tally.steps()),
                Numbers.count(tally.races()),
                Numbers.count(tally.differences()))));
        return text.toString();
    }

    /** {@return the counts, and what was run where} */
    String document(long firstSeed, int steps, String commit) {
        return "# Differential testing: random programs on the kernel and on the model\n\n"
                + table()
                + String.format(
                        """

                        %s seeds from %d, programs of %d steps; a step counts if it did something. After each step were
                        compared: its result, every thread, the queues, every page table entry, the file and the mappings.
                        A program races if several threads could go on at once: the kernel's way must be one that an
                        interleaving of the model takes, from the first step to the last.

                        Linux %s, %s, %d CPUs%s; %d seconds.
                        """,
                        Numbers.count(seeds),
                        firstSeed,
                        steps,
                        System.getProperty("os.version"),
                        System.getProperty("os.arch"),
                        Runtime.getRuntime().availableProcessors(),
                        commit.isEmpty() ? "" : "; commit " + commit,
                        TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - begin));
    }
}
