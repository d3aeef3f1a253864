package dev.faultline.uffd.paged;

import static dev.faultline.uffd.NativeThread.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.faultline.testing.KernelFeature;
import dev.faultline.testing.RequiresHugePages;
import dev.faultline.testing.RequiresUffd;
import dev.faultline.uffd.ChildJvm;
import dev.faultline.uffd.OpenFiles;
import dev.faultline.uffd.internal.linux.Errno;
import dev.faultline.uffd.memory.PageSize;
import dev.faultline.uffd.os.LinuxException;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(value = 180, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class PagedRegionTest {
    private static final Duration LIMIT = Duration.ofSeconds(90);

    @Nested
    @RequiresUffd({KernelFeature.MINOR_SHMEM, KernelFeature.WP_HUGETLBFS_SHMEM})
    class BasePages extends PagedRegionCases {
        BasePages() {
            super(PageSize.SIZE_4K);
        }

        @Test
        void withoutPermissionUserCodeIsServedAndTheKernelNeedsAPin() {
            region.close();
            region = PagedRegion.open(PagedRegionOptions.of(PAGES * bytes).forUserModeOnly(), source);
            assertThat(getNatively(8)).isEqualTo(KeptPages.word(8));
            assertThat(writeOut(1)).isEqualTo(-Errno.EFAULT);
            long written = region.withAddress(bytes, 8, _ -> writeOut(1));
            assertThat(written).isEqualTo(8);
        }

        @Test
        void severalThreadsLoadWhatNativeCodeTouches() {
            region.close();
            region = PagedRegion.open(PagedRegionOptions.of(PAGES * bytes).withHandlerThreads(2), source);
            KeptPages.Gate gate = KeptPages.Gate.closed();
            source.gates.put(0L, gate);
            var slow = thread.load(region.address(), 8);
            try {
                gate.reached().await();
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
            await(other.load(region.address() + bytes, 8));
            assertThat(slow).isNotDone();
            gate.open().countDown();
            await(slow);
        }

        @Test
        void aSourceThatOnlyLoadsSaysSo() {
            PagedRegionOptions options = PagedRegionOptions.of(bytes);
            try (PagedRegion readOnly = PagedRegion.open(options, (_, page) -> page.fill((byte) 1))) {
                readOnly.write(0, 1, range -> range.fill((byte) 2));
                assertThatThrownBy(() -> readOnly.evict(0, bytes)).hasMessageContaining("keeps no changes");
            }
        }

        @Test
        void openingAndClosingLeaksNothing() {
            PagedRegionOptions options = PagedRegionOptions.of(bytes);
            assertThat(OpenFiles.leakedBy(
                            () -> PagedRegion.open(options, source).close()))
                    .isZero();
        }
    }

    @Nested
    @RequiresUffd({KernelFeature.MINOR_HUGETLBFS, KernelFeature.WP_HUGETLBFS_SHMEM})
    @RequiresHugePages(PagedRegionCases.PAGES + 2)
    class HugePages extends PagedRegionCases {
        HugePages() {
            super(PageSize.SIZE_2M);
        }
    }

    @Test
    void aPoolThatIsTooSmallIsToldAndLeaksNothing() {
        PagedRegionOptions options = PagedRegionOptions.of(1L << 40).withPageSize(PageSize.SIZE_2M);
        assertThat(OpenFiles.leakedBy(() -> assertThatThrownBy(() -> PagedRegion.open(options, new KeptPages()))
                        .isInstanceOf(LinuxException.class)
                        .hasMessageContaining("free huge pages")))
                .isZero();
    }

    @Test
    void optionsThatMakeNoRegionAreRefused() {
        assertThatThrownBy(() -> PagedRegionOptions.of(4097)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> PagedRegionOptions.of(0)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> PagedRegionOptions.of(1L << 45)).hasMessageContaining("too many pages");
        assertThatThrownBy(() -> PagedRegionOptions.of(4096).withHandlerThreads(0))
                .hasMessageContaining("waits for ever");
    }

    /** The guarded design under what hangs the unguarded one: see SafepointTest. */
    @ParameterizedTest
    @ValueSource(strings = {"-XX:+UseSerialGC", "-XX:+UseG1GC", "-XX:+UseZGC"})
    @RequiresUffd({KernelFeature.MINOR_SHMEM, KernelFeature.WP_HUGETLBFS_SHMEM})
    void javaAndNativeCodeAndEvictionGoOnWhileGarbageIsCollected(String collector) {
        List<String> options = List.of(collector, "-Xmx64m");
        try (ChildJvm child = ChildJvm.start(PagedRegionMain.class, options)) {
            assertThat(child.endsWithin(LIMIT)).as(child::output).isTrue();
            assertThat(child.output()).contains("0 wrong, failed loads told: true, closed");
            assertThat(child.exitCode()).isZero();
        }
    }

    /** A mapped file whose disk fails does the same to it. */
    @Test
    @RequiresUffd({KernelFeature.MINOR_SHMEM, KernelFeature.WP_HUGETLBFS_SHMEM})
    void nativeCodeThatTouchesWhatCannotBeLoadedEndsTheJvmAndIsTold() throws IOException {
        List<String> options = List.of(
                "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-XX:-CreateCoredumpOnCrash", "-XX:ErrorFile=/dev/null");
        try (ChildJvm child = ChildJvm.start(PoisonMain.class, options)) {
            assertThat(child.endsWithin(LIMIT)).as(child::output).isTrue();
            assertThat(child.output())
                    .contains("Native code that touches the page gets a SIGBUS")
                    .contains("the disk is on fire")
                    .contains("SIGBUS (0x7)")
                    .doesNotContain("survived");
            assertThat(child.exitCode()).isNotZero();
        }
    }
}
