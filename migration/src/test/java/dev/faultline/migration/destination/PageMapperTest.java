package dev.faultline.migration.destination;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.faultline.migration.page.PageStates;
import dev.faultline.testing.KernelFeature;
import dev.faultline.testing.RequiresHugePages;
import dev.faultline.testing.RequiresUffd;
import dev.faultline.uffd.Outcome;
import dev.faultline.uffd.Uffd;
import dev.faultline.uffd.memory.PageSize;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Real faults, answered by hand. */
@Timeout(30)
@RequiresUffd({
    KernelFeature.MISSING_SHMEM,
    KernelFeature.MINOR_SHMEM,
    KernelFeature.MISSING_HUGETLBFS,
    KernelFeature.MINOR_HUGETLBFS
})
class PageMapperTest {
    private static final int PAGES = 256;

    private static ArmedGuest guest() {
        return new ArmedGuest(PAGES, PageSize.SIZE_4K);
    }

    @Test
    void aRunGoesOnAfterAPageThatIsMappedAlreadyAndWakesWhoWaitsForThatOneToo() throws Exception {
        try (ArmedGuest guest = guest()) {
            for (int page = 0; page < 10; page++) {
                guest.makeCurrent(page, 100 + page);
            }
            useManyPagesBeyond(guest);
            CompletableFuture<Long> inTheMiddle = guest.touch(5);
            CompletableFuture<Long> wanted = guest.touch(8);
            guest.awaitFaults(2);
            // As another thread of the engine has just mapped it, with its wake still to come.
            Outcome mapped = guest.uffd().continuePages(guest.address(5), 4096, Uffd.DONT_WAKE);
            assertThat(mapped).isEqualTo(Outcome.DONE);
            assertThat(guest.mapper.map(0, 8)).isTrue();
            assertThat(ArmedGuest.get(wanted)).isEqualTo(108);
            assertThat(ArmedGuest.get(inTheMiddle)).isEqualTo(105);
            for (int page = 0; page < 10; page++) {
                assertThat(guest.memory.states(0).state(page)).isEqualTo(PageStates.MAPPED);
                assertThat(ArmedGuest.get(guest.touch(page))).isEqualTo(100 + page);
            }
        }
    }

    /** So that pages before these are mapped with their neighbours. */
    private static void useManyPagesBeyond(ArmedGuest guest) {
        int first = FaultAround.DENSE_PAGES / 2;
        for (int page = first; page < FaultAround.DENSE_PAGES; page++) {
            guest.makeCurrent(page, page);
            guest.memory.states(0).moveToMapped(page);
        }
    }

    @Test
    void whatIsUsedHereAndThereIsMappedWholeAfterAWhile() throws Exception {
        try (ArmedGuest guest = guest()) {
            for (int page = 0; page < FaultAround.DENSE_PAGES; page++) {
                if (page % 4 != 3) {
                    guest.makeCurrent(page, 100 + page);
                }
            }
            int faults = 0;
            for (int page = 0; page < FaultAround.DENSE_PAGES; page += 4) {
                assertThat(guest.memory.states(0).state(page + 2)).isEqualTo(PageStates.CURRENT);
                assertThat(guest.mapper.map(0, page)).isTrue();
                faults++;
            }
            assertThat(guest.mapper.map(0, 1)).isTrue();
            assertThat(faults).isEqualTo(16);
            for (int page = 0; page < FaultAround.DENSE_PAGES; page++) {
                if (page % 4 != 3) {
                    assertThat(guest.memory.states(0).state(page)).isEqualTo(PageStates.MAPPED);
                    assertThat(ArmedGuest.get(guest.touch(page))).isEqualTo(100 + page);
                }
            }
        }
    }

    @Test
    void aRunEndsBeforeAPageThatIsNotCurrent() throws Exception {
        try (ArmedGuest guest = guest()) {
            guest.makeCurrent(0, 100);
            guest.receive(1, 101);
            guest.makeCurrent(2, 102);
            for (int page = 4; page < 8; page++) {
                guest.makeCurrent(page, 100 + page);
                guest.memory.states(0).moveToMapped(page); // so that those before are mapped together
            }
            assertThat(guest.mapper.map(0, 0)).isTrue();
            CompletableFuture<Long> unknown = guest.touch(1);
            CompletableFuture<Long> beyond = guest.touch(2);
            guest.awaitFaults(2);
            guest.makeCurrent(1, 201);
            assertThat(guest.mapper.map(0, 1)).isTrue();
            assertThat(ArmedGuest.get(unknown)).isEqualTo(201);
            assertThat(ArmedGuest.get(beyond)).isEqualTo(102);
        }
    }

    @Test
    void aZeroPageIsMadeWhenItIsTouched() throws Exception {
        try (ArmedGuest guest = guest()) {
            zeroPageIsMade(guest);
            assertThat(guest.guest.file().allocatedBytes()).isEqualTo(4096);
        }
    }

    @Test
    @RequiresHugePages(4)
    void aZeroHugePageIsMadeWhenItIsTouched() throws Exception {
        try (ArmedGuest guest = new ArmedGuest(4, PageSize.SIZE_2M)) {
            zeroPageIsMade(guest);
            assertThat(guest.guest.file().allocatedBytes()).isEqualTo(PageSize.SIZE_2M.bytes());
        }
    }

    private static void zeroPageIsMade(ArmedGuest guest) throws Exception {
        guest.makeCurrentZero(1);
        guest.makeCurrentZero(2);
        CompletableFuture<Long> touched = guest.touch(1);
        guest.awaitFaults(1);
        assertThat(guest.mapper.map(0, 1)).isTrue();
        assertThat(ArmedGuest.get(touched)).isZero();
        assertThat(ArmedGuest.get(guest.write(1, 7))).isEqualTo(7);
        assertThat(guest.mapper.map(0, 1)).isTrue(); // a fault that was answered before its event was read
        assertThat(ArmedGuest.get(guest.touch(1))).isEqualTo(7);
    }

    /** Whoever has taken it may not have made it yet. */
    @Test
    void aZeroPageThatAnotherThreadHasTakenIsMadeAllTheSame() throws Exception {
        try (ArmedGuest guest = guest()) {
            guest.makeCurrentZero(1);
            CompletableFuture<Long> touched = guest.touch(1);
            guest.awaitFaults(1);
            assertThat(guest.memory.states(0).moveToMapped(1)).isTrue();
            assertThat(guest.mapper.map(0, 1)).isTrue();
            assertThat(ArmedGuest.get(touched)).isZero();
        }
    }

    /** As when another thread of the engine makes it just now. */
    @Test
    void aZeroPageThatTheFileHoldsIsMapped() throws Exception {
        try (ArmedGuest guest = guest()) {
            guest.memory.alias(0).populate(4096, 4096);
            guest.makeCurrentZero(1);
            CompletableFuture<Long> touched = guest.touch(1);
            guest.awaitFaults(1);
            assertThat(guest.mapper.map(0, 1)).isTrue();
            assertThat(ArmedGuest.get(touched)).isZero();
        }
    }

    @Test
    void twoThreadsMayAnswerTheSameZeroPageAtOnce() throws Exception {
        try (ArmedGuest guest = guest()) {
            for (int page = 0; page < PAGES; page++) {
                guest.makeCurrentZero(page);
            }
            AtomicInteger together = new AtomicInteger();
            CompletableFuture<Integer> one = new CompletableFuture<>();
            CompletableFuture<Integer> two = new CompletableFuture<>();
            Thread.ofPlatform().start(() -> mapAll(guest, together, one, two));
            Thread.ofPlatform().start(() -> mapAll(guest, together, two, one));
            assertThat(one.get()).isEqualTo(PAGES);
            assertThat(two.get()).isEqualTo(PAGES);
            for (int page = 0; page < PAGES; page++) {
                assertThat(ArmedGuest.get(guest.touch(page))).isZero();
            }
        }
    }

    private static void mapAll(
            ArmedGuest guest,
            AtomicInteger together,
            CompletableFuture<Integer> done,
            CompletableFuture<Integer> other) {
        try {
            int mapped = 0;
            for (int page = 0; page < PAGES; page++) {
                together.incrementAndGet();
                while (together.get() < 2 * (page + 1) && !other.isDone()) {
                    Thread.onSpinWait(); // a barrier that wakes would let one of them come too late
                }
                mapped += guest.mapper.map(0, page) ? 1 : 0;
            }
            done.complete(mapped);
        } catch (Throwable t) {
            done.completeExceptionally(t);
        }
    }

    /** Zeros in its place would be silent corruption. */
    @Test
    void aHoleInACurrentPageIsRefused() {
        try (ArmedGuest guest = guest()) {
            guest.makeCurrent(3, 1);
            guest.makeCurrent(4, 2);
            useManyPagesBeyond(guest);
            long before = guest.guest.file().allocatedBytes();
            guest.guest.file().punchHole(3 * 4096L, 4096);
            assertThatThrownBy(() -> guest.mapper.map(0, 4))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessage("a page of ram from 3 to 4 is current, but the file does not hold it");
            assertThat(guest.guest.file().allocatedBytes()).isEqualTo(before - 4096);
        }
    }
}
