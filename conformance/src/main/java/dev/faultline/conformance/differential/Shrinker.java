package dev.faultline.conformance.differential;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/**
 * Cuts a program down to one that still shows what it showed and from which nothing can be left out: neither a run of
 * steps nor a step, nor can a range of it be one page. Deterministic.
 */
final class Shrinker {
    private final Predicate<Program> shows;

    Shrinker(Predicate<Program> shows) {
        this.shows = shows;
    }

    /** {@return the shortest program found; the same program if it does not show anything} */
    Program shrink(Program program) {
        Program best = program;
        Program before;
        do {
            before = best;
            best = withoutRuns(best);
            best = simpler(best);
        } while (!best.equals(before));
        return best;
    }

    /** Leaves out runs of steps, longer ones first. */
    private Program withoutRuns(Program program) {
        Program best = program;
        for (int length = best.steps().size() / 2; length > 0; length /= 2) {
            int at = 0;
            while (at < best.steps().size()) {
                List<Step> rest = new ArrayList<>(best.steps());
                rest.subList(at, Math.min(rest.size(), at + length)).clear();
                Program shorter = best.withSteps(rest);
                if (shows.test(shorter)) {
                    best = shorter;
                } else {
                    at += length;
                }
            }
        }
        return best;
    }

    /** Puts a simpler step into the place of each, if there is one. */
    private Program simpler(Program program) {
        Program best = program;
        for (int at = 0; at < best.steps().size(); at++) {
            for (Step simpler : SimplerSteps.of(best.steps().get(at))) {
                List<Step> steps = new ArrayList<>(best.steps());
                steps.set(at, simpler);
                Program candidate = best.withSteps(steps);
                if (shows.test(candidate)) {
                    best = candidate;
                    break;
                }
            }
        }
        return best;
    }
}
