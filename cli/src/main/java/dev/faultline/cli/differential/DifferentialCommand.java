package dev.faultline.cli.differential;

import dev.faultline.cli.process.HugePagePool;
import dev.faultline.cli.process.OperatorException;
import dev.faultline.conformance.differential.Budget;
import dev.faultline.conformance.differential.Difference;
import dev.faultline.conformance.differential.Differential;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Runs random programs on the kernel and on the model. */
@Command(
        name = "differential",
        hidden = true,
        description = {
            "Run seeded random programs (register, touch, fill, protect, poison, punch, unmap, remap, fork, race) on this"
                    + " machine's kernel and on the model, and compare what can be seen after each step.",
            "Runs until it is interrupted, unless it is told how long. At the first difference it shows the shortest"
                    + " program that has it, which can be given back to it in a file.",
            "Exit code 0 if there is no difference, 1 if there is one."
        },
        mixinStandardHelpOptions = true)
public final class DifferentialCommand implements Callable<Integer> {
    private static final int FIRST_SEEDS = 1_000_000;

    @Option(names = "--seed", paramLabel = "N", description = "The first seed; else a random one.")
    private @Nullable Long seed;

    @Option(names = "--seeds", paramLabel = "COUNT", description = "How many seeds; each is a program of each kind.")
    private long seeds = Long.MAX_VALUE;

    @Option(names = "--minutes", paramLabel = "M", description = "How long at most.")
    private @Nullable Double minutes;

    @Option(
            names = "--steps",
            paramLabel = "N",
            description = "How many steps a program has (default: ${DEFAULT-VALUE}).")
    private int steps = 40;

    @Option(names = "--kinds", paramLabel = "KIND", split = ",", description = "Kinds of memory; else all of them.")
    private List<String> kinds = Differential.KINDS;

    @Option(names = "--report", paramLabel = "FILE", description = "Write the counts to a Markdown file.")
    private @Nullable Path report;

    @Option(names = "--commit", hidden = true, description = "What the report says was run.")
    private String commit = "";

    @Parameters(arity = "0..*", paramLabel = "PROGRAM", description = "Files with programs to run instead.")
    private List<Path> programs = List.of();

    private DifferentialCommand() {}

    @Override
    public Integer call() throws OperatorException, IOException {
        for (String kind : kinds) {
            if (!Differential.KINDS.contains(kind)) {
                throw new OperatorException("There is no kind of memory '" + kind + "'; there are "
                        + String.join(", ", Differential.KINDS));
            }
        }
        // Pages of its own: those that are free now may be somebody's who takes them back.
        try (HugePagePool _ = HugePagePool.add(Differential.HUGE_PAGES)) {
            return runOrReplay();
        } catch (OperatorException e) {
            System.err.println("With the huge pages that are free: " + e.getMessage());
            return runOrReplay();
        }
    }

    private int runOrReplay() throws IOException {
        try (Differential differential = new Differential()) {
            return programs.isEmpty() ? run(differential) : replay(differential);
        }
    }

    private int replay(Differential differential) throws IOException {
        int differing = 0;
        for (Path program : programs) {
            Optional<Difference> difference = differential.replay(Files.readString(program));
            System.out.println(program + (difference.isPresent() ? ": differs" : ": the same"));
            difference.ifPresent(found -> System.out.println(found.text()));
            differing += difference.isPresent() ? 1 : 0;
        }
        return differing == 0 ? 0 : 1;
    }

    private int run(Differential differential) throws IOException {
        List<String> offered = new ArrayList<>(kinds);
        offered.removeIf(kind -> !differential.offers(kind));
        long first = seed == null ? ThreadLocalRandom.current().nextInt(FIRST_SEEDS) : seed;
        System.out.println("Seeds from " + first + ", " + steps + " steps, on " + String.join(", ", offered) + ".");
        Progress progress = new Progress(differential);
        Budget budget = new Budget(first, seeds, steps, offered, System.nanoTime() + limitNanos());
        Optional<Difference> difference = differential.run(budget, progress);
        System.out.print(progress.table());
        if (report != null) {
            Files.writeString(report, progress.document(first, steps, commit));
        }
        difference.ifPresent(DifferentialCommand::print);
        return difference.isPresent() ? 1 : 0;
    }

    private long limitNanos() {
        return minutes == null ? Long.MAX_VALUE : (long) (minutes * TimeUnit.MINUTES.toNanos(1));
    }

    private static void print(Difference difference) {
        System.out.println("\nKernel and model differ. Seed " + difference.seed() + ", cut to " + difference.steps()
                + " steps:\n");
        System.out.print(difference.text());
    }
}
