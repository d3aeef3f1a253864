package dev.faultline.conformance.differential;

import java.util.ArrayList;
import java.util.List;

/** What might stand in the place of a step and be easier to read. Simpler never leads back to less simple. */
final class SimplerSteps {
    private SimplerSteps() {}

    static List<Step> of(Step step) {
        List<Step> simpler = new ArrayList<>();
        switch (step) {
            case Step.Open open -> {
                for (long bits = open.features(); bits != 0; bits &= bits - 1) {
                    simpler.add(new Step.Open(open.uffd(), open.features() & ~Long.lowestOneBit(bits), false));
                }
            }
            case Step.Register(int uffd, int page, int pages, long modes) -> {
                for (long bits = modes; bits != 0 && Long.bitCount(modes) > 1; bits &= bits - 1) {
                    simpler.add(new Step.Register(uffd, page, pages, modes & ~Long.lowestOneBit(bits)));
                }
                shorter(page, pages, (from, length) -> simpler.add(new Step.Register(uffd, from, length, modes)));
            }
            case Step.Unregister(int uffd, int page, int pages) ->
                shorter(page, pages, (from, length) -> simpler.add(new Step.Unregister(uffd, from, length)));
            case Step.Continue(int uffd, int page, int pages, int flags) ->
                shorter(page, pages, (from, length) -> simpler.add(new Step.Continue(uffd, from, length, flags)));
            case Step.Copy(int uffd, int page, int pages, int value, int flags) ->
                shorter(page, pages, (from, length) -> simpler.add(new Step.Copy(uffd, from, length, value, flags)));
            case Step.ZeroPage(int uffd, int page, int pages, int flags) ->
                shorter(page, pages, (from, length) -> simpler.add(new Step.ZeroPage(uffd, from, length, flags)));
            case Step.Poison(int uffd, int page, int pages, int flags) ->
                shorter(page, pages, (from, length) -> simpler.add(new Step.Poison(uffd, from, length, flags)));
            case Step.WriteProtect(int uffd, int page, int pages, boolean on, int flags) ->
                shorter(
                        page,
                        pages,
                        (from, length) -> simpler.add(new Step.WriteProtect(uffd, from, length, on, flags)));
            case Step.Advise(int thread, int page, int pages, var advice) ->
                shorter(page, pages, (from, length) -> simpler.add(new Step.Advise(thread, from, length, advice)));
            case Step.Unmap(int thread, int page, int pages) ->
                shorter(page, pages, (from, length) -> simpler.add(new Step.Unmap(thread, from, length)));
            case Step.Protect(int thread, int page, int pages, int protection) ->
                shorter(page, pages, (from, length) -> simpler.add(new Step.Protect(thread, from, length, protection)));
            case Step.KernelRead(int thread, int page, int pages) ->
                shorter(page, pages, (from, length) -> simpler.add(new Step.KernelRead(thread, from, length)));
            case Step.KernelWrite(int thread, int page, int pages) ->
                shorter(page, pages, (from, length) -> simpler.add(new Step.KernelWrite(thread, from, length)));
            case Step.Race(int delayMicros, List<Step> steps) -> {
                for (int left = 0; left < steps.size(); left++) {
                    List<Step> rest = new ArrayList<>(steps);
                    rest.remove(left);
                    simpler.add(rest.size() == 1 ? rest.getFirst() : new Step.Race(delayMicros, rest));
                }
            }
            default -> {
                // It has nothing to leave out.
            }
        }
        return simpler;
    }

    private interface Ranges {
        void add(int page, int pages);
    }

    private static void shorter(int page, int pages, Ranges ranges) {
        if (pages > 1) {
            ranges.add(page, 1);
            ranges.add(page, pages - 1);
            ranges.add(page + 1, pages - 1);
        }
    }
}
