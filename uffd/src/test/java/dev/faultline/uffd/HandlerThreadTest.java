package dev.faultline.uffd;

import static dev.faultline.uffd.NativeThread.await;
import static org.assertj.core.api.Assertions.assertThat;

import dev.faultline.testing.RequiresUffd;
import dev.faultline.uffd.internal.linux.NativeMemory;
import dev.faultline.uffd.memory.PageSize;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.BitSet;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@RequiresUffd
@Timeout(120)
class HandlerThreadTest {
    private static final int PAGES = 10_000;

    private final FaultFixture at =
            new FaultFixture(PageSize.SIZE_4K, PAGES, FaultFixture.MISSING_AND_MINOR, UffdFeature.MINOR_SHMEM);
    private final TestMemory memory = at.memory;
    private final BitSet answered = new BitSet();

    @AfterEach
    void release() {
        at.close();
    }

    @Test
    void aJavaThreadServesTenThousandFaultsUntilItIsToldToStop() {
        try (FaultLoop loop = FaultLoop.start(at.uffd, this::fillAndContinue);
                NativeThread second = new NativeThread()) {
            CompletableFuture<Integer> lower = at.thread.run(() -> wrongPages(0, PAGES / 2));
            CompletableFuture<Integer> upper = second.run(() -> wrongPages(PAGES / 2, PAGES));
            assertThat(await(lower)).isZero();
            assertThat(await(upper)).isZero();
            assertThat(loop.stop()).isTrue();
        }
        assertThat(answered.cardinality()).isEqualTo(PAGES);
    }

    /** Each fault is one reader's. Two that answered the same fault would see EEXIST, which fails the loop. */
    @Test
    void severalReadersShareTheFaults() {
        try (FaultLoop one = FaultLoop.start(at.uffd, this::fillAndContinueAlone);
                FaultLoop two = FaultLoop.start(at.uffd, this::fillAndContinueAlone);
                FaultLoop three = FaultLoop.start(at.uffd, this::fillAndContinueAlone);
                NativeThread second = new NativeThread()) {
            CompletableFuture<Integer> lower = at.thread.run(() -> wrongPages(0, PAGES / 2));
            CompletableFuture<Integer> upper = second.run(() -> wrongPages(PAGES / 2, PAGES));
            assertThat(await(lower)).isZero();
            assertThat(await(upper)).isZero();
            assertThat(one.stop() && two.stop() && three.stop()).isTrue();
        }
    }

    private void fillAndContinueAlone(EventBatch batch, int index) {
        int page = memory.pageOf(batch.address(index));
        memory.fill(page);
        assertThat(at.continuePages(page, 1)).isEqualTo(Outcome.DONE);
    }

    @Test
    void aLoopThatHasNothingToDoStops() {
        try (FaultLoop loop = FaultLoop.start(at.uffd, this::fillAndContinue)) {
            assertThat(loop.stop()).isTrue();
        }
        assertThat(answered.isEmpty()).isTrue();
    }

    private void fillAndContinue(EventBatch batch, int index) {
        int page = memory.pageOf(batch.address(index));
        answered.set(page);
        memory.fill(page);
        assertThat(at.continuePages(page, 1)).isEqualTo(Outcome.DONE);
    }

    /** Touches in native state and compares in native state: the guest mapping is never Java's to read. */
    private int wrongPages(int from, int to) {
        int wrong = 0;
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment expected = arena.allocate(memory.pageBytes());
            for (int page = from; page < to; page++) {
                TestMemory.fill(expected, page);
                if (NativeMemory.compare(memory.page(page), expected.address(), memory.pageBytes()) != 0) {
                    wrong++;
                }
            }
        }
        return wrong;
    }
}
