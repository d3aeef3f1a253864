package dev.faultline.conformance.differential;

import dev.faultline.conformance.subject.Subject;
import java.util.List;
import java.util.Optional;
import java.util.function.LongFunction;
import org.jspecify.annotations.Nullable;

/**
 * Holds what the kernel did against what the model may do. Steps that let several threads go on at once may end in more
 * than one way: the kernel's way is allowed if there is an interleaving, a seed of the model's scheduler, by which the
 * model goes the same way from the first step to the last.
 */
final class Comparison {
    /**
     * Where they part.
     *
     * @param program what was run
     * @param step the first step at which no interleaving gives what the kernel gave
     * @param kernel what the kernel gave
     * @param model what the model gave
     */
    record Difference(Program program, int step, List<Observation> kernel, List<Observation> model) {}

    private static final int INTERLEAVINGS = 64;

    private final Subject kernel;
    private final LongFunction<Subject> models;

    /**
     * Makes it.
     *
     * @param kernel the kernel, or whatever is held against the model
     * @param models the model, by the seed of its scheduler
     */
    Comparison(Subject kernel, LongFunction<Subject> models) {
        this.kernel = kernel;
        this.models = models;
    }

    /** {@return where the two part on a program, or nothing} */
    Optional<Difference> compare(Program program) {
        List<Observation> real = Run.of(program, kernel);
        Difference farthest = null;
        for (long seed = 0; seed < INTERLEAVINGS; seed++) {
            List<Observation> modelled = model(program, seed);
            int step = firstDifference(real, modelled);
            if (step < 0) {
                return Optional.empty();
            }
            if (isFarther(farthest, step)) {
                farthest = new Difference(program, step, real, modelled);
            }
        }
        return Optional.ofNullable(farthest);
    }

    private List<Observation> model(Program program, long seed) {
        try (Subject model = models.apply(seed)) {
            return Run.of(program, model);
        }
    }

    private static boolean isFarther(@Nullable Difference farthest, int step) {
        return farthest == null || step > farthest.step();
    }

    private static int firstDifference(List<Observation> first, List<Observation> second) {
        int common = Math.min(first.size(), second.size());
        for (int i = 0; i < common; i++) {
            if (!first.get(i).equals(second.get(i))) {
                return i;
            }
        }
        return first.size() == second.size() ? -1 : common;
    }
}
