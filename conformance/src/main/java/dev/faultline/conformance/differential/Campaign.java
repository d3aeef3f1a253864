package dev.faultline.conformance.differential;

import dev.faultline.conformance.differential.Differential.Listener;
import dev.faultline.conformance.model.ModelSubject;
import dev.faultline.conformance.subject.Need;
import dev.faultline.conformance.subject.Subject;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongFunction;

/** Runs the programs of many seeds, each on every kind of memory, on the kernel and on the model. */
final class Campaign {
    private final Subject kernel;
    private final Comparison comparison;
    private final Map<String, Tally> tallies = new LinkedHashMap<>();

    /**
     * Makes it.
     *
     * @param kernel the kernel, or whatever is held against the model
     * @param models the model, by the seed of its scheduler
     */
    Campaign(Subject kernel, LongFunction<ModelSubject> models) {
        this.kernel = kernel;
        comparison = new Comparison(kernel, models);
    }

    Optional<Difference> run(Budget budget, Listener listener) {
        for (long i = 0; i < budget.seeds() && System.nanoTime() - budget.endNanos() < 0; i++) {
            long seed = budget.firstSeed() + i;
            for (String kind : budget.kinds()) {
                Verdict verdict = comparison.compare(
                        Generator.program(seed, Program.kind(kind), budget.steps()), Comparison.MANY);
                tallies.merge(kind, Tally.of(verdict), Tally::plus);
                if (verdict.differs()) {
                    requirePages(verdict.program());
                    return Optional.of(shortest(seed, verdict));
                }
            }
            listener.done(seed);
        }
        return Optional.empty();
    }

    Optional<Difference> replay(String text) {
        Verdict verdict = comparison.compare(Program.parse(text), Comparison.MANY);
        return verdict.differs() ? Optional.of(difference(0, verdict)) : Optional.empty();
    }

    Map<String, Tally> tallies() {
        return tallies;
    }

    /** Without pages a program of huge pages differs, too. */
    private void requirePages(Program program) {
        if (program.kind().isHuge()) {
            kernel.lacks(Need.HUGE_PAGES).ifPresent(lack -> {
                throw new IllegalStateException("somebody has taken the huge pages away: " + lack);
            });
        }
    }

    private Difference shortest(long seed, Verdict found) {
        Program program = new Shrinker(candidate ->
                        comparison.compare(candidate, Comparison.SOME).differs())
                .shrink(found.program());
        Verdict verdict = comparison.compare(program, Comparison.MANY);
        // One that needs a race may not show it again.
        return difference(seed, verdict.differs() ? verdict : found);
    }

    private static Difference difference(long seed, Verdict verdict) {
        return new Difference(seed, verdict.program().steps().size(), verdict.text());
    }
}
