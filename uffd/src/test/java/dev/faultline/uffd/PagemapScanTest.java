package dev.faultline.uffd;

import static dev.faultline.uffd.NativeThread.await;
import static dev.faultline.uffd.PageCategory.FILE;
import static dev.faultline.uffd.PageCategory.HUGE;
import static dev.faultline.uffd.PageCategory.PRESENT;
import static dev.faultline.uffd.PageCategory.WRITE_TRACKED;
import static dev.faultline.uffd.PageCategory.WRITTEN;
import static dev.faultline.uffd.PagemapScan.PROTECT;
import static dev.faultline.uffd.PagemapScan.REQUIRE_TRACKED;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.faultline.testing.KernelFeature;
import dev.faultline.testing.RequiresHugePages;
import dev.faultline.testing.RequiresUffd;
import dev.faultline.uffd.internal.linux.Errno;
import dev.faultline.uffd.memory.PageSize;
import dev.faultline.uffd.os.LinuxException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What can be asked of a page map. What it says of stores: {@link PagemapTest}. */
@RequiresUffd({KernelFeature.WP_ASYNC, KernelFeature.WP_HUGETLBFS_SHMEM})
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class PagemapScanTest {
    private static final int PAGES = 8;
    private static final long BASE_PAGES_OF_A_HUGE_ONE = 512;
    private static final long UNKNOWN = 1L << 50;

    /** A run of pages. */
    private record Run(int page, int count, Set<PageCategory> categories) {}

    /** Memory whose pages 1, 2 and 5 are mapped, and 2 was written. */
    private static final class Fixture implements AutoCloseable {
        final FaultFixture at;
        final TestMemory memory;
        final LinuxPagemap pagemap = LinuxPagemap.ofSelf();
        final List<Run> runs = new ArrayList<>();

        Fixture(PageSize size) {
            at = new FaultFixture(size, PAGES, Set.of(RegisterMode.WRITE_PROTECT), UffdFeature.WP_ASYNC);
            memory = at.memory;
            memory.fillAll(0, 1, 2, 3, 4, 5, 6, 7);
            at.uffd.writeProtect(memory.page(0), memory.lengthBytes(), true, 0);
            await(at.thread.load(memory.page(1), 8));
            await(at.thread.load(memory.page(5), 8));
            await(at.thread.store(memory.page(2), (byte) 1));
        }

        PagemapScan all(long flags, long inverted, long allOf, long anyOf, long reported) {
            return new PagemapScan(memory.page(0), memory.lengthBytes(), flags, inverted, allOf, anyOf, reported, 0);
        }

        /** {@return the page at which it stopped} */
        int scan(PagemapScan scan) {
            runs.clear();
            long end = pagemap.scan(
                    scan,
                    (address, bytes, categories) -> runs.add(new Run(
                            memory.pageOf(address), (int) (bytes / memory.pageBytes()), PageCategory.of(categories))));
            return memory.pageOf(end);
        }

        @Override
        public void close() {
            pagemap.close();
            at.close();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"SIZE_4K", "SIZE_2M"})
    @RequiresHugePages(PAGES)
    void runsThatAgreeInWhatIsReportedAreOne(PageSize size) {
        try (Fixture at = new Fixture(size)) {
            assertThat(at.scan(at.all(0, 0, 0, PRESENT.mask(), PRESENT.mask()))).isEqualTo(PAGES);
            assertThat(at.runs).containsExactly(new Run(1, 2, Set.of(PRESENT)), new Run(5, 1, Set.of(PRESENT)));
            at.scan(at.all(0, 0, 0, PRESENT.mask(), PRESENT.mask() | WRITTEN.mask()));
            assertThat(at.runs)
                    .containsExactly(
                            new Run(1, 1, Set.of(PRESENT)),
                            new Run(2, 1, Set.of(PRESENT, WRITTEN)),
                            new Run(5, 1, Set.of(PRESENT)));
        }
    }

    @Test
    void allOfAnyOfAndInvertedAreWhatTheySay() {
        try (Fixture at = new Fixture(PageSize.SIZE_4K)) {
            long written = WRITTEN.mask();
            long present = PRESENT.mask();
            at.scan(at.all(0, 0, present | written, 0, 0));
            assertThat(at.runs).containsExactly(new Run(2, 1, Set.of()));
            at.scan(at.all(0, written, present | written, 0, 0));
            assertThat(at.runs).containsExactly(new Run(1, 1, Set.of()), new Run(5, 1, Set.of()));
            at.scan(at.all(0, present, present, 0, 0));
            assertThat(at.runs)
                    .containsExactly(new Run(0, 1, Set.of()), new Run(3, 2, Set.of()), new Run(6, 2, Set.of()));
            at.scan(at.all(0, 0, FILE.mask(), present | HUGE.mask(), 0));
            assertThat(at.runs).containsExactly(new Run(1, 2, Set.of()), new Run(5, 1, Set.of()));
            at.scan(at.all(0, 0, present, 0, WRITE_TRACKED.mask() | FILE.mask() | HUGE.mask()));
            assertThat(at.runs).allSatisfy(run -> assertThat(run.categories()).containsExactly(WRITE_TRACKED, FILE));
        }
    }

    @Test
    @RequiresHugePages(PAGES)
    void hugePagesAreOfTheirCategory() {
        try (Fixture at = new Fixture(PageSize.SIZE_2M)) {
            at.scan(PagemapScan.anyOf(at.memory.page(5), at.memory.pageBytes(), HUGE.mask() | PRESENT.mask()));
            assertThat(at.runs).containsExactly(new Run(5, 1, Set.of(PRESENT, HUGE)));
        }
    }

    @Test
    void aLimitStopsAtTheNextPageThatMatchesAndTheRestCanBeAskedFor() {
        try (Fixture at = new Fixture(PageSize.SIZE_4K)) {
            PagemapScan present = at.all(0, 0, PRESENT.mask(), 0, 0);
            assertThat(at.scan(present.limitedTo(1))).isEqualTo(2);
            assertThat(at.runs).containsExactly(new Run(1, 1, Set.of()));
            assertThat(at.scan(present.limitedTo(2))).isEqualTo(5);
            assertThat(at.runs).containsExactly(new Run(1, 2, Set.of()));
            PagemapScan rest =
                    new PagemapScan(at.memory.page(5), at.memory.pages(PAGES - 5), 0, 0, PRESENT.mask(), 0, 0, 100);
            assertThat(at.scan(rest)).isEqualTo(PAGES);
            assertThat(at.runs).containsExactly(new Run(5, 1, Set.of()));
        }
    }

    /** More pages than the limit in more runs than one call returns, counted over all calls. */
    @Test
    void theLimitHoldsForTheScanAndNotForEachCallOfTheKernel() {
        int pages = 12_000;
        try (FaultFixture at = new FaultFixture(
                        PageSize.SIZE_4K, pages, Set.of(RegisterMode.WRITE_PROTECT), UffdFeature.WP_ASYNC);
                LinuxPagemap pagemap = LinuxPagemap.ofSelf()) {
            at.uffd.writeProtect(at.memory.page(0), at.memory.lengthBytes(), true, 0);
            await(at.thread.run(() -> storeEverySecond(at.memory, pages)));
            List<Long> found = new ArrayList<>();
            PagemapScan scan = PagemapScan.takeWritten(at.memory.page(0), at.memory.lengthBytes());
            long end = pagemap.scan(scan.limitedTo(5000), (address, _, _) -> found.add(address));
            assertThat(found).hasSize(5000);
            assertThat(at.memory.pageOf(end)).isEqualTo(10_000);
            pagemap.scan(scan, (address, _, _) -> found.add(address));
            assertThat(found).hasSize(6000).doesNotHaveDuplicates();
        }
    }

    private static boolean storeEverySecond(TestMemory memory, int pages) {
        for (int page = 0; page < pages; page += 2) {
            WriteMany.storeByte(memory.page(page));
        }
        return true;
    }

    /** The kernel neither protects nor moves on; protecting nothing, it may stop within a page. */
    @Test
    @RequiresHugePages(PAGES)
    void aLimitWithinAHugePageIsRefusedOnlyToWhoeverProtects() {
        try (Fixture at = new Fixture(PageSize.SIZE_2M)) {
            PagemapScan take = PagemapScan.takeWritten(at.memory.page(0), at.memory.lengthBytes());
            assertThatThrownBy(() -> at.scan(take.limitedTo(BASE_PAGES_OF_A_HUGE_ONE - 1)))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("0x%x", at.memory.page(2));
            assertThat(at.scan(take.limitedTo(BASE_PAGES_OF_A_HUGE_ONE))).isEqualTo(PAGES);
            assertThat(at.runs).containsExactly(new Run(2, 1, Set.of(WRITTEN)));

            List<Long> lengths = new ArrayList<>();
            PagemapScan look = at.all(0, 0, PRESENT.mask(), 0, 0).limitedTo(10);
            long end = at.pagemap.scan(look, (_, bytes, _) -> lengths.add(bytes));
            assertThat(lengths).containsExactly(10 * 4096L);
            assertThat(end).isEqualTo(at.memory.page(1) + 10 * 4096);
        }
    }

    @Test
    @RequiresHugePages(PAGES)
    void whatWasFoundBeforeTheHalfPageIsNotLost() {
        try (Fixture at = new Fixture(PageSize.SIZE_2M)) {
            await(at.at.thread.store(at.memory.page(3), (byte) 1));
            PagemapScan half =
                    PagemapScan.takeWritten(at.memory.page(2), at.memory.pageBytes() + at.memory.pageBytes() / 2);
            assertThatThrownBy(() -> at.scan(half)).isInstanceOf(IllegalStateException.class);
            assertThat(at.runs).containsExactly(new Run(2, 1, Set.of(WRITTEN)));
            at.scan(PagemapScan.takeWritten(at.memory.page(0), at.memory.lengthBytes()));
            assertThat(at.runs).containsExactly(new Run(3, 1, Set.of(WRITTEN)));
        }
    }

    @Test
    void whatTheKernelDoesNotKnowIsEinval() {
        try (Fixture at = new Fixture(PageSize.SIZE_4K)) {
            List<PagemapScan> unknown = List.of(
                    at.all(1 << 5, 0, PRESENT.mask(), 0, 0),
                    at.all(0, UNKNOWN, PRESENT.mask(), 0, 0),
                    at.all(0, 0, UNKNOWN, 0, 0),
                    at.all(0, 0, 0, UNKNOWN, 0),
                    at.all(0, 0, 0, 0, UNKNOWN),
                    new PagemapScan(at.memory.page(0) + 1, 4096, 0, 0, PRESENT.mask(), 0, 0, 0));
            assertThat(unknown)
                    .allSatisfy(scan -> assertThatThrownBy(() -> at.scan(scan))
                            .isInstanceOfSatisfying(
                                    LinuxException.class,
                                    e -> assertThat(e.errno()).isEqualTo(Errno.EINVAL)));
            PagemapScan ofTheKernel = new PagemapScan(-8192, 4096, 0, 0, PRESENT.mask(), 0, 0, 0);
            assertThatThrownBy(() -> at.scan(ofTheKernel)).hasMessageContaining("EFAULT");
        }
    }

    @Test
    void protectingPassesOverWhatIsNotTrackedUnlessItMustBe() {
        try (Fixture at = new Fixture(PageSize.SIZE_4K);
                TestMemory other = TestMemory.of(PageSize.SIZE_4K, 1)) {
            await(at.at.thread.load(other.page(0), 8));
            PagemapScan protect = new PagemapScan(other.page(0), 4096, PROTECT, 0, PRESENT.mask(), 0, 0, 0);
            at.scan(protect);
            assertThat(at.runs).isEmpty();
            PagemapScan required =
                    new PagemapScan(other.page(0), 4096, PROTECT | REQUIRE_TRACKED, 0, PRESENT.mask(), 0, 0, 0);
            assertThatThrownBy(() -> at.scan(required)).hasMessageContaining("EPERM");
        }
    }

    @Test
    void aRangeThatWrapsAroundIsRefused() {
        assertThatThrownBy(() -> PagemapScan.takeWritten(Long.MAX_VALUE - 4095, 8192))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> PagemapScan.takeWritten(4096, -4096)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> PagemapScan.takeWritten(4096, 4096).limitedTo(-1))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void nothingIsScannedInNoBytes() {
        try (Fixture at = new Fixture(PageSize.SIZE_4K)) {
            assertThat(at.scan(PagemapScan.anyOf(at.memory.page(2), 0, PRESENT.mask())))
                    .isEqualTo(2);
            assertThat(at.runs).isEmpty();
        }
    }
}
