package dev.faultline.uffd;

import static dev.faultline.uffd.NativeThread.await;
import static dev.faultline.uffd.NativeThread.isStuck;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.faultline.uffd.internal.linux.Errno;
import dev.faultline.uffd.memory.PageSize;
import java.lang.foreign.MemorySegment;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** How pages of a memory file come to a guest. {@link MinorFaultTest} runs it for each page size. */
abstract class MinorFaultCases {
    static final int PAGES = 6;

    private final PageSize size;
    FaultFixture at;
    TestMemory memory;

    MinorFaultCases(PageSize size) {
        this.size = size;
    }

    @BeforeEach
    void register() {
        at = new FaultFixture(size, PAGES, FaultFixture.MISSING_AND_MINOR, UffdFeature.MINOR_SHMEM);
        memory = at.memory;
    }

    @AfterEach
    void release() {
        at.close();
    }

    @Test
    void contentThatTheAliasWroteIsAMinorFaultAndContinueMapsIt() {
        memory.fillAll(0, 1, 2);
        CompletableFuture<byte[]> load = at.thread.load(memory.page(1), memory.pageBytes());

        at.awaitFaultOn(1);
        assertThat(at.batch.isMinor(0)).isTrue();
        assertThat(at.batch.isWrite(0)).isFalse();
        assertThat(at.batch.isWriteProtect(0)).isFalse();
        assertThat(at.batch.threadId(0)).isZero();
        assertThat(load).isNotDone();
        assertThat(at.continuePages(1, 1)).isEqualTo(Outcome.DONE);

        assertThat(await(load)).isEqualTo(memory.content(1));
    }

    @Test
    void aStoreIsToldFromALoadAndReachesTheFile() {
        memory.fill(2);
        CompletableFuture<Boolean> store = at.thread.store(memory.page(2) + 8, (byte) 42);

        at.awaitFaultOn(2);
        assertThat(at.batch.isMinor(0)).isTrue();
        assertThat(at.batch.isWrite(0)).isTrue();
        at.continuePages(2, 1);

        await(store);
        byte[] expected = memory.content(2);
        expected[8] = 42;
        assertThat(memory.aliasPage(2).toArray(JAVA_BYTE)).isEqualTo(expected);
    }

    @Test
    void aPageThatIsMappedAlreadyIsEexist() {
        memory.fill(0);
        assertThat(at.continuePages(0, 1)).isEqualTo(Outcome.DONE);
        assertThat(at.continuePages(0, 1).errno()).isEqualTo(Errno.EEXIST);
    }

    @Test
    void continueOfAHoleIsEfault() {
        assertThat(at.continuePages(3, 1).errno()).isEqualTo(Errno.EFAULT);
    }

    @Test
    void touchingAHoleIsAMissingFaultThatAnInstantiatedPageAnswers() {
        memory.fill(0);
        CompletableFuture<byte[]> load = at.thread.load(memory.page(1), memory.pageBytes());

        at.awaitFaultOn(1);
        assertThat(at.batch.isMinor(0)).isFalse();
        at.instantiate(1);
        assertThat(at.continuePages(1, 1)).isEqualTo(Outcome.DONE);

        assertThat(await(load)).containsOnly(0);
    }

    @Test
    void copyMakesAPageWhereTheFileHasAHole() {
        memory.fill(5);
        MemorySegment source = memory.aliasPage(5);
        assertThat(at.uffd.copy(memory.page(4), source, memory.pageBytes(), 0)).isEqualTo(Outcome.DONE);

        assertThat(await(at.thread.load(memory.page(4), memory.pageBytes()))).isEqualTo(memory.content(5));
        assertThat(memory.aliasPage(4).mismatch(memory.aliasPage(5))).isEqualTo(-1);
    }

    @Test
    void copyNeverReplacesWhatTheFileHolds() {
        memory.fillAll(2, 5);
        MemorySegment source = memory.aliasPage(5);
        assertThat(at.uffd.copy(memory.page(2), source, memory.pageBytes(), 0).errno())
                .isEqualTo(Errno.EEXIST);
        at.continuePages(2, 1);

        assertThat(await(at.thread.load(memory.page(2), memory.pageBytes()))).isEqualTo(memory.content(2));
    }

    @Test
    void aRunStopsAtAHoleAndAskingThereTellsWhy() {
        memory.fillAll(0, 1, 2, 4);
        assertThat(at.continuePages(0, 5)).isEqualTo(Outcome.partial(memory.pages(3)));
        assertThat(at.continuePages(3, 2).errno()).isEqualTo(Errno.EFAULT);
        assertThat(at.continuePages(4, 1)).isEqualTo(Outcome.DONE);
    }

    @Test
    void aRunStopsAtAMappedPageAndAskingThereTellsWhy() {
        memory.fillAll(0, 1, 2, 3);
        at.continuePages(2, 1);
        assertThat(at.continuePages(0, 4)).isEqualTo(Outcome.partial(memory.pages(2)));
        assertThat(at.continuePages(2, 2).errno()).isEqualTo(Errno.EEXIST);
    }

    @Test
    void aCopiedRunStopsAtAPageOfTheFile() {
        memory.fillAll(2, 3, 4, 5);
        MemorySegment source = memory.aliasPages(3, 3);
        assertThat(at.uffd.copy(memory.page(0), source, memory.pages(3), 0))
                .isEqualTo(Outcome.partial(memory.pages(2)));
        assertThat(memory.aliasPage(1).mismatch(memory.aliasPage(4))).isEqualTo(-1);
        assertThat(memory.aliasPage(2).mismatch(memory.aliasPage(5))).isNotEqualTo(-1);
    }

    @Test
    void eexistWakesNobodyAndWakeDoes() {
        memory.fill(1);
        CompletableFuture<byte[]> load = at.thread.load(memory.page(1), memory.pageBytes());
        at.awaitFaultOn(1);

        assertThat(at.uffd.continuePages(memory.page(1), memory.pageBytes(), Uffd.DONT_WAKE))
                .isEqualTo(Outcome.DONE);
        assertThat(at.continuePages(1, 1).errno()).isEqualTo(Errno.EEXIST);
        assertThat(isStuck(load)).isTrue();
        assertThat(at.uffd.wake(memory.page(1), memory.pageBytes())).isEqualTo(Outcome.DONE);

        assertThat(await(load)).isEqualTo(memory.content(1));
    }

    @Test
    void wakingWithoutAnAnswerBringsTheFaultAgain() {
        memory.fill(1);
        CompletableFuture<byte[]> load = at.thread.load(memory.page(1), memory.pageBytes());
        at.awaitFaultOn(1);
        at.uffd.wake(memory.page(0), memory.lengthBytes());
        at.awaitFaultOn(1);
        at.continuePages(1, 1);
        assertThat(await(load)).isEqualTo(memory.content(1));
    }

    @Test
    void pagesTakenOffTheGuestsPageTableFaultAgainWithTheirContent() {
        memory.fillAll(0, 1);
        at.continuePages(0, 2);
        await(at.thread.load(memory.page(1), memory.pageBytes()));
        memory.unmapFromGuest(1, 1);

        CompletableFuture<byte[]> load = at.thread.load(memory.page(1), memory.pageBytes());
        at.awaitFaultOn(1);
        assertThat(at.batch.isMinor(0)).isTrue();
        at.continuePages(1, 1);
        assertThat(await(load)).isEqualTo(memory.content(1));
    }

    @Test
    void unregisteringWakesWhoWaitsForAMinorFault() {
        at.close();
        // MINOR alone: with MISSING beside it the kernel wakes by itself.
        at = new FaultFixture(size, 2, Set.of(RegisterMode.MINOR));
        at.memory.fill(1);
        CompletableFuture<byte[]> load = at.thread.load(at.memory.page(1), at.memory.pageBytes());
        at.awaitFaultOn(1);

        at.uffd.unregister(at.memory.page(0), at.memory.lengthBytes());

        assertThat(await(load)).isEqualTo(at.memory.content(1));
    }

    @Test
    void closingLetsTouchesThroughWithWhatTheFileHolds() {
        memory.fill(1);
        CompletableFuture<byte[]> load = at.thread.load(memory.page(1), memory.pageBytes());
        at.awaitFaultOn(1);
        at.uffd.close();
        assertThat(await(load)).isEqualTo(memory.content(1));
        assertThat(await(at.thread.load(memory.page(2), 8))).containsOnly(0);
    }

    @Test
    void aRangeThatIsNotRegisteredIsEnoent() {
        memory.fill(1);
        at.uffd.unregister(memory.page(0), memory.lengthBytes());
        assertThat(at.continuePages(1, 1).errno()).isEqualTo(Errno.ENOENT);
        assertThat(at.uffd
                        .copy(memory.page(0), memory.aliasPage(1), memory.pageBytes(), 0)
                        .errno())
                .isEqualTo(Errno.ENOENT);
    }

    @Test
    void partOfAPageIsEinval() {
        memory.fill(1);
        assertThat(at.uffd
                        .continuePages(memory.page(1), memory.pageBytes() / 2, 0)
                        .errno())
                .isEqualTo(Errno.EINVAL);
        assertThat(at.uffd
                        .continuePages(memory.page(1) + 512, memory.pageBytes(), 0)
                        .errno())
                .isEqualTo(Errno.EINVAL);
    }
}
