package dev.faultline.conformance.differential;

import dev.faultline.conformance.subject.MemoryKind;
import dev.faultline.conformance.subject.Subject;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongFunction;

/** Runs the programs of many seeds, each on every kind of memory, on the kernel and on the model. */
public final class Campaign {
    /**
     * What is run.
     *
     * @param firstSeed the first seed
     * @param seeds how many
     * @param steps how long a program is
     * @param kinds of what kinds of memory
     * @param endNanos when it ends although seeds are left, in {@link System#nanoTime}
     */
    public record Budget(long firstSeed, long seeds, int steps, List<MemoryKind> kinds, long endNanos) {
        /** Keeps a copy of the kinds. */
        public Budget {
            kinds = List.copyOf(kinds);
        }
    }

    /** Hears how it goes. */
    @FunctionalInterface
    public interface Listener {
        /**
         * Takes note.
         *
         * @param seed the seed that is done
         * @param tallies what has been done by now
         */
        void done(long seed, Map<MemoryKind, Tally> tallies);
    }

    /**
     * A program on which the two part.
     *
     * @param seed of the program from which it was cut
     * @param kind its kind of memory
     * @param steps how many are left
     * @param text the program and what both sides gave where they part; {@link #replay} takes it
     */
    public record Difference(long seed, MemoryKind kind, int steps, String text) {}

    private final Comparison comparison;
    private final Map<MemoryKind, Tally> tallies = new EnumMap<>(MemoryKind.class);

    /**
     * Makes it.
     *
     * @param kernel the kernel
     * @param models the model, by the seed of its scheduler
     */
    public Campaign(Subject kernel, LongFunction<Subject> models) {
        comparison = new Comparison(kernel, models);
    }

    /**
     * Runs until there is a difference, or the seeds or the time are used up.
     *
     * @param budget what is run
     * @param listener hears of each seed that is done
     * @return the first difference, cut to the shortest program that shows it; nothing if there is none
     */
    public Optional<Difference> run(Budget budget, Listener listener) {
        for (long i = 0; i < budget.seeds() && System.nanoTime() - budget.endNanos() < 0; i++) {
            long seed = budget.firstSeed() + i;
            for (MemoryKind kind : budget.kinds()) {
                Verdict verdict = comparison.compare(Generator.program(seed, kind, budget.steps()));
                tallies.merge(kind, Tally.of(verdict), Tally::plus);
                if (verdict.differs()) {
                    return Optional.of(shortest(seed, verdict));
                }
            }
            listener.done(seed, Map.copyOf(tallies));
        }
        return Optional.empty();
    }

    /**
     * Runs one program.
     *
     * @param text as {@link Difference#text} gives it
     * @return where the two part; nothing if they do not
     * @throws IllegalArgumentException if it is no program
     */
    public Optional<Difference> replay(String text) {
        Verdict verdict = comparison.compare(Program.parse(text));
        return verdict.differs() ? Optional.of(difference(0, verdict)) : Optional.empty();
    }

    /** {@return what has been done, for each kind of memory} */
    public Map<MemoryKind, Tally> tallies() {
        return Map.copyOf(tallies);
    }

    private Difference shortest(long seed, Verdict found) {
        Program program =
                new Shrinker(candidate -> comparison.compare(candidate).differs()).shrink(found.program());
        Verdict verdict = comparison.compare(program);
        // One that needs a race may not show at once.
        return difference(seed, verdict.differs() ? verdict : found);
    }

    private static Difference difference(long seed, Verdict verdict) {
        Program program = verdict.program();
        return new Difference(seed, program.kind(), program.steps().size(), verdict.text());
    }
}
