package dev.faultline.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.faultline.uffd.EventBatch;
import dev.faultline.uffd.Outcome;
import dev.faultline.uffd.UffdFeature;
import dev.faultline.uffd.UffdWaiter;
import dev.faultline.uffd.internal.linux.Errno;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class SeededSchedulerTest {
    private static final long PRESENT = 8;

    private record Run(List<String> trace, Outcome first, Outcome second) {}

    /** Two threads fill the same pages, and a third punches a hole: the program whose interleavings are looked at. */
    private static Run race(long seed) {
        SeededScheduler scheduler = new SeededScheduler(seed);
        try (Machine at = new Machine(Kind.SHMEM, new ModelKernel(Rules.MAINLINE, scheduler), Set.of())) {
            at.put(0, 1);
            at.put(1, 1);
            at.put(2, 1);
            at.register(Machine.MINOR);
            ModelTask<Outcome> first = at.thread.start(() -> at.uffd.continuePages(at.page(0), at.bytes(3), 0));
            ModelTask<Outcome> second = at.other.start(() -> at.uffd.continuePages(at.page(1), at.bytes(2), 0));
            ModelThread third = at.process.newThread();
            third.start(() -> at.file.punchHole(at.bytes(2), at.pageBytes));
            assertThat(at.kernel.settle()).isTrue();
            return new Run(scheduler.trace(), first.result(), second.result());
        }
    }

    @Test
    void theSameSeedGoesTheSameWay() {
        for (long seed = 0; seed < 50; seed++) {
            assertThat(race(seed)).isEqualTo(race(seed));
        }
    }

    @Test
    void otherSeedsFindEveryOutcome() {
        Set<List<String>> traces = new HashSet<>();
        Set<Outcome> outcomes = new HashSet<>();
        for (long seed = 0; seed < 200; seed++) {
            Run run = race(seed);
            traces.add(run.trace());
            outcomes.add(run.first());
        }
        assertThat(traces).hasSizeGreaterThan(20);
        // All of it; the other was first at the second page; the hole was punched before, or the other was there.
        assertThat(outcomes)
                .contains(Outcome.DONE, Outcome.partial(4096), Outcome.partial(2 * 4096))
                .doesNotContain(Outcome.failure(Errno.EEXIST, true));
    }

    @Test
    void theHandlersRetryIsNeededInSomeInterleavingsOnly() {
        Set<Boolean> wasChanging = new HashSet<>();
        for (long seed = 0; seed < 100; seed++) {
            wasChanging.add(fillAfterReadingTheEventIsRefused(seed));
        }
        assertThat(wasChanging).containsExactlyInAnyOrder(true, false);
    }

    private static boolean fillAfterReadingTheEventIsRefused(long seed) {
        ModelKernel kernel = new ModelKernel(Rules.MAINLINE, new SeededScheduler(seed));
        try (Machine at = new Machine(Kind.SHMEM, kernel, Set.of(UffdFeature.EVENT_REMOVE))) {
            at.register(Machine.MISSING);
            at.settled(at.thread.start(() -> at.thread.madvise(at.page(0), at.pageBytes, Advice.DONTNEED)));
            ModelThread handler = kernel.newProcess().newThread();
            ModelTask<Outcome> fill = handler.start(() -> {
                try (EventBatch batch = new EventBatch(4)) {
                    at.uffd.read(batch);
                }
                return at.uffd.zeroPages(at.page(1), at.pageBytes, 0);
            });
            kernel.settle();
            return fill.result().kind() == Outcome.Kind.CHANGING;
        }
    }

    @Test
    void changesOfMappingsWaitForFills() {
        boolean waited = false;
        for (long seed = 0; seed < 100; seed++) {
            ModelKernel kernel = new ModelKernel(Rules.MAINLINE, new SeededScheduler(seed));
            try (Machine at = new Machine(Kind.SHMEM, kernel, Set.of())) {
                at.register(Machine.MISSING);
                ModelTask<Outcome> fill =
                        at.thread.start(() -> at.uffd.zeroPages(at.page(0), at.bytes(Machine.PAGES), 0));
                ModelTask<Long> unmap = at.other.start(() -> at.other.munmap(at.page(0), at.bytes(Machine.PAGES)));
                kernel.settle();
                assertThat(unmap.result()).isZero();
                assertThat(fill.result()).isIn(Outcome.DONE, Outcome.failure(Errno.ENOENT, true));
                waited |= fill.result().isDone();
            }
        }
        assertThat(waited).isTrue();
    }

    /** The kernel has looked at the entry before it looks around; a copy made in between is what the reader then reads. */
    @Test
    void aReaderMayMapTheNeighboursOfAPageThatAnotherThreadCopied() {
        Set<String> ends = new HashSet<>();
        for (long seed = 0; seed < 100; seed++) {
            ModelKernel kernel = new ModelKernel(Rules.MAINLINE, new SeededScheduler(seed));
            try (Machine at = new Machine(Kind.SHMEM_PRIVATE, kernel, Set.of())) {
                at.put(0, 1);
                at.put(1, 1);
                ModelTask<Byte> load = at.thread.start(() -> at.thread.load(at.page(0)));
                at.other.start(() -> at.other.store(at.page(0), (byte) 2));
                kernel.settle();
                ends.add(load.result() + ((at.categories(1) & PRESENT) == 0 ? " alone" : " with its neighbour"));
            }
        }
        assertThat(ends).containsExactlyInAnyOrder("1 with its neighbour", "2 with its neighbour", "2 alone");
    }

    @Test
    void aWaitThatNothingCanEndIsRefusedToTheDriver() {
        try (Machine at = new Machine(Kind.SHMEM, Set.of())) {
            at.register(Machine.MISSING);
            assertThatIllegalStateException().isThrownBy(() -> at.thread.load(at.page(0)));
            assertThat(at.read()).isEmpty();
        }
    }

    @Test
    void theDriverMayWaitForWhatATaskWillDo() {
        try (Machine at = new Machine(Kind.SHMEM, Set.of())) {
            at.register(Machine.MISSING);
            ModelThread handler = at.kernel.newProcess().newThread();
            handler.start(() -> {
                try (UffdWaiter waiter = at.uffd.newWaiter()) {
                    waiter.await(-1);
                }
                return at.uffd.copy(at.page(0), at.content(1, 6), at.pageBytes, 0);
            });
            assertThat(at.thread.load(at.page(0))).isEqualTo((byte) 6);
        }
    }

    @Test
    void timePassesOnlyWhenNothingElseCanGoOn() {
        try (Machine at = new Machine(Kind.SHMEM, Set.of());
                UffdWaiter waiter = at.uffd.newWaiter()) {
            at.register(Machine.MISSING);
            ModelTask<Boolean> timed = at.thread.start(() -> waiter.await(1_000_000_000_000L));
            at.kernel.settle();
            assertThat(timed.result()).isFalse();

            ModelTask<Boolean> again = at.thread.start(() -> waiter.await(1_000_000_000_000L));
            at.other.start(() -> at.other.load(at.page(0)));
            at.kernel.settle();
            assertThat(again.result()).isTrue();
        }
    }

    @Test
    void aTaskThatWaitsInALoopDoesNotKeepOthersFromRest() {
        try (Machine at = new Machine(Kind.SHMEM, Set.of());
                UffdWaiter waiter = at.uffd.newWaiter()) {
            ModelTask<?> loop = at.thread.start(() -> {
                while (!waiter.hasEnded()) {
                    waiter.await(1_000_000);
                }
            });
            at.kernel.settle();
            assertThat(loop.blockedIn()).contains(ModelTask.Blocked.READ);
            waiter.end();
            assertThat(at.kernel.settle()).isTrue();
        }
    }

    @Test
    void aThreadDoesOneThingAtATime() {
        try (Machine at = new Machine(Kind.SHMEM, Set.of())) {
            at.register(Machine.MISSING);
            at.load(at.thread, 0);
            assertThatIllegalStateException().isThrownBy(() -> at.load(at.thread, 1));
        }
    }
}
