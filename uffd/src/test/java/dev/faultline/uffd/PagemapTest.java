package dev.faultline.uffd;

import static dev.faultline.uffd.NativeThread.await;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.faultline.testing.KernelFeature;
import dev.faultline.testing.RequiresHugePages;
import dev.faultline.testing.RequiresUffd;
import dev.faultline.uffd.internal.linux.LibC;
import dev.faultline.uffd.memory.PageSize;
import dev.faultline.uffd.os.Fd;
import dev.faultline.uffd.os.LinuxException;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
class PagemapTest {

    @Nested
    @RequiresUffd(KernelFeature.WP_ASYNC)
    class BasePages extends PagemapCases {
        BasePages() {
            super(PageSize.SIZE_4K);
        }

        @Test
        void anUnalignedRangeIsRefused() {
            assertThatThrownBy(() -> pagemap.takeWritten(memory.page(0) + 8, 4096, (_, _) -> {}))
                    .isInstanceOf(LinuxException.class)
                    .hasMessageContaining("EINVAL")
                    .hasMessageContaining("aligned");
        }

        @Test
        void aKernelThatCannotScanIsToldFromMemoryThatIsNotTracked() {
            try (LinuxPagemap other = LinuxPagemap.adopt(Fd.open("/dev/zero", false))) {
                assertThatThrownBy(() -> other.takeWritten(memory.page(0), 4096, (_, _) -> {}))
                        .isInstanceOf(LinuxException.class)
                        .hasMessageContaining("ENOTTY")
                        .hasMessageContaining("Linux 6.7");
            }
        }

        /** A migration looks at several parts of a guest's memory at once. */
        @Test
        void scansAtTheSameTimeDoNotMixTheirResults() throws Exception {
            store(0, 2, 5, 7);
            int half = PAGES / 2;
            AtomicInteger wrong = new AtomicInteger();
            List<Thread> threads = new ArrayList<>();
            for (Set<Integer> wanted : List.of(Set.of(0, 2), Set.of(5, 7))) {
                long from = memory.page(wanted.contains(0) ? 0 : half);
                PagemapScan look = PagemapScan.anyOf(from, half * memory.pageBytes(), PageCategory.WRITTEN.mask());
                threads.add(Thread.ofPlatform().start(() -> {
                    for (int i = 0; i < 3_000; i++) {
                        Set<Integer> found = new TreeSet<>();
                        pagemap.scan(look, (start, _, _) -> found.add(memory.pageOf(start)));
                        wrong.addAndGet(found.equals(wanted) ? 0 : 1);
                    }
                }));
            }
            for (Thread thread : threads) {
                thread.join();
            }
            assertThat(wrong).hasValue(0);
        }

        @Test
        void closingTwiceIsHarmless() {
            pagemap.close();
            pagemap.close();
        }
    }

    @Nested
    @RequiresUffd({KernelFeature.WP_ASYNC, KernelFeature.WP_HUGETLBFS_SHMEM})
    @RequiresHugePages(PagemapCases.PAGES + 4)
    class HugePages extends PagemapCases {
        HugePages() {
            super(PageSize.SIZE_2M);
        }

        /** The kernel does nothing and says so only by not moving on: a loop over it would never end. */
        @Test
        @Timeout(value = 30, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
        void partOfAPageIsRefused() {
            store(1);
            assertThatThrownBy(() -> pagemap.takeWritten(memory.page(1), memory.pageBytes() / 2, (_, _) -> {}))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("huge page");
            assertThat(takeWritten()).containsExactly(1);
        }
    }

    /** More runs than one call of the kernel returns. */
    @Test
    @RequiresUffd(KernelFeature.WP_ASYNC)
    void noRunIsLostWhereOneCallIsNotEnough() {
        int pages = 20_001;
        try (FaultFixture at = tracked(pages);
                LinuxPagemap pagemap = LinuxPagemap.ofSelf()) {
            Set<Integer> stored = new TreeSet<>();
            IntStream.range(0, pages).filter(page -> page % 2 == 0).forEach(stored::add);
            await(at.thread.run(() -> storeEach(at, stored)));
            Set<Integer> written = new TreeSet<>();
            pagemap.takeWritten(at.memory.page(0), at.memory.lengthBytes(), (address, bytes) -> {
                assertThat(bytes).isEqualTo(at.memory.pageBytes());
                written.add(at.memory.pageOf(address));
            });
            assertThat(written).isEqualTo(stored);
        }
    }

    /** A page is copied after its bit was cleared: then the last copy holds every store. */
    @Test
    @RequiresUffd(KernelFeature.WP_ASYNC)
    void noStoreIsLostWhileAThreadWritesAndAnotherTakes() {
        int pages = 16;
        try (FaultFixture at = tracked(pages);
                LinuxPagemap pagemap = LinuxPagemap.ofSelf()) {
            byte[][] copies = new byte[pages][];
            var writer = at.thread.run(() -> WriteMany.run(at.memory, pages, 50_000));
            boolean ended;
            do {
                ended = writer.isDone();
                pagemap.takeWritten(at.memory.page(0), at.memory.lengthBytes(), (address, bytes) -> {
                    for (long done = 0; done < bytes; done += at.memory.pageBytes()) {
                        int page = at.memory.pageOf(address + done);
                        copies[page] = at.memory.aliasPage(page).toArray(JAVA_BYTE);
                    }
                });
            } while (!ended);
            await(writer);
            for (int page = 0; page < pages; page++) {
                assertThat(at.memory.aliasPage(page).mismatch(MemorySegment.ofArray(copies[page])))
                        .as("page %d", page)
                        .isEqualTo(-1);
            }
        }
    }

    @Test
    @RequiresUffd(KernelFeature.WP_ASYNC)
    void storesOfTheKernelIntoTheMappingAreSeen() {
        try (FaultFixture at = tracked(3);
                LinuxPagemap pagemap = LinuxPagemap.ofSelf();
                Fd zeros = Fd.open("/dev/zero", false)) {
            long read = LibC.read(zeros.number(), at.memory.page(1), 8);
            assertThat(read).isEqualTo(8);
            Set<Integer> written = new TreeSet<>();
            pagemap.takeWritten(
                    at.memory.page(0), at.memory.lengthBytes(), (address, _) -> written.add(at.memory.pageOf(address)));
            assertThat(written).containsExactly(1);
        }
    }

    @Test
    void aProcessThatIsNotThereIsNamed() {
        assertThatThrownBy(() -> LinuxPagemap.ofProcess(999_999_999L))
                .isInstanceOf(LinuxException.class)
                .hasMessageContaining("/proc/999999999/pagemap")
                .hasMessageContaining("ENOENT");
    }

    private static boolean storeEach(FaultFixture at, Set<Integer> pages) {
        WriteMany.storeByte(pages.stream().mapToLong(at.memory::page).toArray());
        return true;
    }

    private static FaultFixture tracked(int pages) {
        FaultFixture at =
                new FaultFixture(PageSize.SIZE_4K, pages, Set.of(RegisterMode.WRITE_PROTECT), UffdFeature.WP_ASYNC);
        at.uffd.writeProtect(at.memory.page(0), at.memory.lengthBytes(), true, 0);
        return at;
    }
}
