package dev.faultline.cli.simulation;

import dev.faultline.cli.process.OperatorException;
import dev.faultline.simulation.Campaign;
import dev.faultline.simulation.Simulation;
import dev.faultline.simulation.Tally;
import dev.faultline.simulation.planted.Plant;
import dev.faultline.simulation.planted.PlantedBug;
import dev.faultline.simulation.scenario.Outcome;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Runs simulated migrations. */
@Command(
        name = "simulate",
        hidden = true,
        description = {
            "Move simulated guests: the engines as they are, on the model's memory, in virtual time, over a simulated network,"
                    + " with faults at every step (kills, cuts, partitions, stalls, full disks, refused and late commands)."
                    + " The guests check every page that they touch.",
            "A seed decides everything about a migration, and replays it.",
            "Exit code 0 if no rule was broken, or if each planted bug was found; else 1."
        },
        mixinStandardHelpOptions = true)
public final class SimulateCommand implements Callable<Integer> {
    private static final int FIRST_SEEDS = 1_000_000;
    private static final int MOST_FOUND = 10;
    private static final int SHOWN_EVENTS = 60;
    private static final long PLANTED_SEEDS = 2_000;

    @Option(names = "--migrations", paramLabel = "N", description = "How many (default: ${DEFAULT-VALUE}).")
    private long migrations = 1_000;

    @Option(names = "--seed", paramLabel = "S", description = "The first one's seed; else a random one.")
    private @Nullable Long seed;

    @Option(names = "--jobs", paramLabel = "N", description = "How many at a time; else as many as there are CPUs.")
    private int jobs = Runtime.getRuntime().availableProcessors();

    @Option(names = "--replay", description = "Run the one migration of --seed, and print all that happens in it.")
    private boolean replay;

    @Option(names = "--planted", description = "Plant one bug after the other, and count the seeds until it is found.")
    private boolean planted;

    @Option(names = "--bug", paramLabel = "NAME", description = "Plant this bug: ${COMPLETION-CANDIDATES}.")
    private @Nullable PlantedBug bug;

    @Option(
            names = "--sweep",
            description =
                    "Move guests of up to 1 TiB over links of up to 100 Gbit/s instead, and tell what that costs.")
    private boolean sweep;

    @Option(names = "--report", paramLabel = "FILE", description = "Write the counts to a Markdown file.")
    private @Nullable Path report;

    @Option(names = "--commit", hidden = true, description = "What the report says was run.")
    private String commit = "";

    private SimulateCommand() {}

    @Override
    public Integer call() throws OperatorException, IOException, InterruptedException {
        if (migrations < 1 || jobs < 1) {
            throw new OperatorException("--migrations and --jobs are 1 at least");
        }
        if (replay && seed == null) {
            throw new OperatorException("--replay needs the --seed of the migration to replay");
        }
        if (sweep) {
            return sweep();
        }
        long first = seed == null ? ThreadLocalRandom.current().nextInt(FIRST_SEEDS) : seed;
        if (replay) {
            return replay(first);
        }
        return planted ? plant(first) : run(first);
    }

    private Plant chosen() {
        return bug == null ? new Plant() : bug.plant();
    }

    private int replay(long one) throws IOException {
        try (Simulation simulation = new Simulation()) {
            Outcome outcome = simulation.run(one, chosen(), true);
            outcome.events().forEach(System.out::println);
            System.out.println("It " + Summary.words(outcome.ending()) + ". Hash " + Long.toHexString(outcome.hash()));
            return outcome.violations().isEmpty() ? 0 : 1;
        }
    }

    private int run(long first) throws IOException, InterruptedException {
        System.out.println("Seeds from " + first + ", " + jobs + " at a time.");
        Summary summary = new Summary(first, commit);
        Tally tally = new Campaign(first, migrations, chosen(), MOST_FOUND).run(jobs, summary::progress);
        System.out.print(summary.table(tally));
        if (report != null) {
            Files.writeString(report, summary.document(tally));
        }
        for (Tally.Found found : tally.found()) {
            System.out.println(
                    "Seed " + found.seed() + ": " + found.outcome().violations().getFirst());
        }
        if (tally.found().isEmpty()) {
            return 0;
        }
        print(tally.found().getFirst());
        return 1;
    }

    private static void print(Tally.Found found) {
        int from = Math.max(0, found.outcome().events().size() - SHOWN_EVENTS);
        System.out.println("\nThe end of seed " + found.seed() + "; all of it: ./dev simulate --replay --seed "
                + found.seed() + "\n");
        found.outcome().events().subList(from, found.outcome().events().size()).forEach(System.out::println);
    }

    private int sweep() throws IOException, InterruptedException {
        SweepReport sweepReport = SweepReport.run(jobs);
        System.out.print(sweepReport.summary());
        if (report != null) {
            Files.writeString(report, sweepReport.document(commit));
        }
        return sweepReport.failures().isEmpty() ? 0 : 1;
    }

    private int plant(long first) throws IOException, InterruptedException {
        PlantedTable table = new PlantedTable(first, PLANTED_SEEDS, commit);
        for (PlantedBug one : PlantedBug.values()) {
            Tally tally = new Campaign(first, PLANTED_SEEDS, one.plant(), 1).run(1, _ -> {});
            System.out.println(table.add(one, tally));
        }
        if (report != null) {
            Files.writeString(report, table.document());
        }
        return table.allFound() ? 0 : 1;
    }
}
