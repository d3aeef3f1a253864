package dev.faultline.conformance.differential;

import dev.faultline.conformance.subject.Action.Advice;
import dev.faultline.conformance.subject.Result;
import java.util.Collection;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Pages that are gone from the page table, and can be reached all the same. MADV_DONTNEED and MADV_FREE of several mappings
 * tell the processors of what is gone when all mappings are done; meanwhile they may wait for a reader of the next event. A
 * processor that remembers a page stores to it without a fault, and the store is lost. Which one remembers what is no rule
 * that a model could follow, so programs leave such touches out. Source: mm/madvise.c, madvise_finish_tlb, Linux 6.18.
 */
final class GivenBack {
    private static final Set<Advice> GIVING = Set.of(Advice.DONTNEED, Advice.DONTNEED_LOCKED, Advice.FREE);

    private GivenBack() {}

    /** {@return whether a step touches a page that another thread, which waits for a reader, is giving back} */
    static boolean mayBeReached(Step.OfThread step, World world) {
        for (int thread = 0; thread < world.program().threads(); thread++) {
            if (touches(step, world.doing(thread))
                    && world.thread(thread).result().equals(new Result.Blocked(Result.Place.EVENT))) {
                return true;
            }
        }
        return false;
    }

    /** {@return whether the same may happen among the steps of a race, one of which reads the first event} */
    static boolean mayBeReached(Step.OfThread step, Collection<Step.OfThread> others, Step.Race race) {
        return race.steps().stream().anyMatch(Step.Read.class::isInstance)
                && others.stream().anyMatch(other -> touches(step, other) || touches(other, step));
    }

    private static boolean touches(Step toucher, @Nullable Step giver) {
        return switch (toucher) {
            case Step.Load load -> gives(giver, load.page(), 1);
            case Step.Store store -> gives(giver, store.page(), 1);
            case Step.KernelRead read -> gives(giver, read.page(), read.pages());
            case Step.KernelWrite write -> gives(giver, write.page(), write.pages());
            default -> false;
        };
    }

    private static boolean gives(@Nullable Step giver, int page, int pages) {
        return giver instanceof Step.Advise advise
                && GIVING.contains(advise.advice())
                && advise.pages() > 1
                && page < advise.page() + advise.pages()
                && advise.page() < page + pages;
    }
}
