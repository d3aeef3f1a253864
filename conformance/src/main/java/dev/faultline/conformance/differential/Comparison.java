package dev.faultline.conformance.differential;

import dev.faultline.conformance.model.ModelSubject;
import dev.faultline.conformance.subject.Subject;
import java.util.List;
import java.util.function.LongFunction;

/**
 * Holds what the kernel did against what the model may do. Steps that let several threads go on at once may end in more
 * than one way: the kernel's way is allowed if there is an interleaving, a seed of the model's scheduler, by which the
 * model goes the same way from the first step to the last.
 */
final class Comparison {
    /** How many interleavings are tried before the kernel's way counts as one that the model does not know. */
    static final int MANY = 1500;

    /** The same while a program is cut, where a wrong answer makes it longer than need be, and no more. */
    static final int SOME = 200;

    private final Subject kernel;
    private final LongFunction<ModelSubject> models;

    /**
     * Makes it.
     *
     * @param kernel the kernel, or whatever is held against the model
     * @param models the model, by the seed of its scheduler
     */
    Comparison(Subject kernel, LongFunction<ModelSubject> models) {
        this.kernel = kernel;
        this.models = models;
    }

    /**
     * {@return what came of a program}
     *
     * <p>The model runs first, and the program ends before a step that would never end: a kernel's thread that faults for
     * ever can be killed only.
     *
     * @param interleavings how many are tried at most; one is enough if there was nothing to choose before the difference
     */
    Verdict compare(Program program, int interleavings) {
        ModelSubject model = models.apply(0);
        int[] withoutChoice = {0};
        List<Observation> modelled = Run.of(program, model, () -> withoutChoice[0] += model.hasChosen() ? 0 : 1);
        if (modelled.getLast().isEndless()) {
            int kept = Math.min(modelled.size(), program.steps().size()) - 1;
            return compare(program.withSteps(program.steps().subList(0, kept)), interleavings);
        }
        boolean races = model.hasChosen();
        List<Observation> real = Run.of(program, kernel);
        List<Observation> nearest = modelled;
        int farthest = firstDifference(real, modelled);
        boolean certain = farthest < withoutChoice[0];
        for (int seed = 1; !certain && farthest >= 0 && seed < interleavings; seed++) {
            modelled = Run.of(program, models.apply(seed));
            int step = firstDifference(real, modelled);
            if (step < 0 || step > farthest) {
                farthest = step;
                nearest = modelled;
            }
        }
        return new Verdict(program, farthest, races, real, nearest);
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
