package dev.faultline.conformance.differential;

import dev.faultline.conformance.subject.Subject;
import java.util.List;
import java.util.function.LongFunction;

/**
 * Holds what the kernel did against what the model may do. Steps that let several threads go on at once may end in more
 * than one way: the kernel's way is allowed if there is an interleaving, a seed of the model's scheduler, by which the
 * model goes the same way from the first step to the last.
 */
final class Comparison {
    /** After how many equal runs a program counts as one that has no choice of interleavings. */
    private static final int EQUAL_RUNS = 16;

    private static final int INTERLEAVINGS = 1500;

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

    /**
     * {@return what came of a program}
     *
     * <p>The model runs first, and the program ends before a step that would never end: a kernel's thread that faults for
     * ever can be killed only.
     */
    Verdict compare(Program program) {
        List<Observation> modelled = model(program, 0);
        if (modelled.getLast().isEndless()) {
            int kept = Math.min(modelled.size(), program.steps().size()) - 1;
            return compare(program.withSteps(program.steps().subList(0, kept)));
        }
        List<Observation> real = Run.of(program, kernel);
        List<Observation> first = modelled;
        List<Observation> nearest = modelled;
        int farthest = firstDifference(real, modelled);
        boolean races = false;
        for (int seed = 1; farthest >= 0 && seed < (races ? INTERLEAVINGS : EQUAL_RUNS); seed++) {
            modelled = model(program, seed);
            races |= !modelled.equals(first);
            int step = firstDifference(real, modelled);
            if (step < 0 || step > farthest) {
                farthest = step;
                nearest = modelled;
            }
        }
        return new Verdict(program, farthest, races, real, nearest);
    }

    private List<Observation> model(Program program, long seed) {
        try (Subject model = models.apply(seed)) {
            return Run.of(program, model);
        }
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
