package dev.faultline.migration.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.faultline.migration.guest.GuestRegion;
import dev.faultline.migration.host.LocalHost;
import dev.faultline.migration.page.PageBits;
import dev.faultline.uffd.memory.Memfd;
import dev.faultline.uffd.memory.PageSize;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class RangesTest {
    private Memfd ram;
    private Memfd rom;
    private List<GuestRegion> regions;

    /** Nothing is ever written to them: they take no memory. */
    @BeforeEach
    void create() {
        ram = Memfd.create("faultline-test", (3L << 30) + (4096 * 70), PageSize.SIZE_4K);
        rom = Memfd.create("faultline-test", 4096 * 3, PageSize.SIZE_4K);
        regions = List.of(new GuestRegion(0, "ram", 1L << 40, ram), new GuestRegion(1, "rom", 1L << 46, rom));
    }

    @AfterEach
    void close() {
        ram.close();
        rom.close();
    }

    @Test
    void everyPageIsWorkedOnOnceAlsoByThreadsThatShareASet() {
        List<PageBits> done =
                regions.stream().map(region -> new PageBits(region.pageCount())).toList();
        AtomicInteger pages = new AtomicInteger();
        Ranges.of(LocalHost.INSTANCE, regions, 3).forEach(range -> {
            pages.addAndGet(range.count());
            done.get(range.region()).add(range.first(), range.count());
        });
        int all = regions.stream().mapToInt(GuestRegion::pageCount).sum();
        assertThat(pages).hasValue(all);
        assertThat(SourceMemory.size(done)).isEqualTo(all);
    }

    @Test
    void asManyThreadsWorkAsAreWanted() {
        CountDownLatch bothAreHere = new CountDownLatch(2);
        Set<Thread> threads = ConcurrentHashMap.newKeySet();
        Ranges.of(LocalHost.INSTANCE, regions, 2).forEach(_ -> {
            if (threads.add(Thread.currentThread())) {
                bothAreHere.countDown();
                await(bothAreHere);
            }
        });
        assertThat(threads).hasSize(2);
    }

    @Test
    void aSmallGuestHasNoThreadsOfItsOwn() {
        Set<Thread> threads = ConcurrentHashMap.newKeySet();
        Ranges.of(LocalHost.INSTANCE, List.of(new GuestRegion(0, "rom", 1L << 46, rom)))
                .forEach(_ -> threads.add(Thread.currentThread()));
        assertThat(threads).containsExactly(Thread.currentThread());
    }

    /** Else a range that was not scanned would pass for one that was not written. */
    @Test
    void aFailureOfAnyThreadIsOneOfTheWhole() {
        Ranges ranges = Ranges.of(LocalHost.INSTANCE, regions, 2);
        for (int failing : new int[] {0, 5}) {
            int failingPage = failing << 16;
            assertThatThrownBy(() -> ranges.forEach(range -> {
                        if (range.first() == failingPage && range.region() == 0) {
                            throw new IllegalArgumentException("range " + failing);
                        }
                    }))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("range " + failing);
        }
    }

    private static void await(CountDownLatch latch) {
        try {
            assertThat(latch.await(30, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
