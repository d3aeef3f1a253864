package dev.faultline.uffd;

import static dev.faultline.uffd.NativeThread.await;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.faultline.testing.KernelFeature;
import dev.faultline.testing.RequiresHugePages;
import dev.faultline.testing.RequiresUffd;
import dev.faultline.uffd.internal.linux.Errno;
import dev.faultline.uffd.memory.HugePages;
import dev.faultline.uffd.memory.Memfd;
import dev.faultline.uffd.memory.PageSize;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Pages of 1 GiB: two of them are enough, and as much as a small machine finds in one piece. */
@RequiresUffd({KernelFeature.MINOR_HUGETLBFS, KernelFeature.WP_HUGETLBFS_SHMEM, KernelFeature.WP_ASYNC})
@RequiresHugePages(value = 2, sizeBytes = 1L << 30)
@Timeout(120)
class GigabytePageTest {
    private static final long GIB = PageSize.SIZE_1G.bytes();
    private static final long MIDDLE = GIB / 2 + 4096;

    private static long load(FaultFixture at, long address) {
        return ByteBuffer.wrap(await(at.thread.load(address, 8)))
                .order(ByteOrder.nativeOrder())
                .getLong();
    }

    @Test
    void contentThatTheAliasWroteIsAMinorFaultOfTheWholePage() {
        try (FaultFixture at = new FaultFixture(PageSize.SIZE_1G, 2, FaultFixture.MISSING_AND_MINOR)) {
            assertThat(HugePages.read(PageSize.SIZE_1G).unreserved()).isZero();
            at.memory.aliasPage(1).set(JAVA_LONG, MIDDLE, 42);
            assertThat(at.memory.file().allocatedBytes()).isEqualTo(GIB);
            CompletableFuture<byte[]> load = at.thread.load(at.memory.page(1) + MIDDLE, 8);
            at.awaitFaultOn(1);
            assertThat(at.batch.isMinor(0)).isTrue();
            assertThat(at.uffd.continuePages(at.memory.page(1), PageSize.SIZE_2M.bytes(), 0))
                    .as("a part of a page")
                    .isEqualTo(Outcome.failure(Errno.EINVAL, true));
            assertThat(at.continuePages(1, 1)).isEqualTo(Outcome.DONE);
            assertThat(await(load)).startsWith(42);
            assertThat(load(at, at.memory.page(1) + GIB - 8)).isZero();
            assertThat(at.uffd.read(at.batch)).isZero();
            assertThat(at.continuePages(0, 2).errno()).isEqualTo(Errno.EFAULT);
        }
    }

    @Test
    void aHoleIsAMissingFaultAndAnUnmappedPageFaultsAgain() {
        try (FaultFixture at = new FaultFixture(PageSize.SIZE_1G, 1, FaultFixture.MISSING_AND_MINOR)) {
            CompletableFuture<byte[]> load = at.thread.load(at.memory.page(0) + MIDDLE, 8);
            at.awaitFaultOn(0);
            assertThat(at.batch.isMinor(0)).isFalse();
            at.memory.aliasPage(0).set(JAVA_LONG, MIDDLE, 7);
            at.continuePages(0, 1);
            assertThat(await(load)).startsWith(7);
            at.memory.unmapFromGuest(0, 1);
            CompletableFuture<byte[]> again = at.thread.load(at.memory.page(0) + MIDDLE, 8);
            at.awaitFaultOn(0);
            assertThat(at.batch.isMinor(0)).isTrue();
            at.continuePages(0, 1);
            assertThat(await(again)).startsWith(7);
        }
    }

    @Test
    void aStoreIsFoundAsTheWholePage() {
        Set<RegisterMode> tracked = Set.of(RegisterMode.WRITE_PROTECT);
        try (FaultFixture at = new FaultFixture(PageSize.SIZE_1G, 2, tracked, UffdFeature.WP_ASYNC);
                LinuxPagemap pagemap = LinuxPagemap.ofSelf()) {
            at.uffd.writeProtect(at.memory.page(0), at.memory.lengthBytes(), true, 0);
            await(at.thread.store(at.memory.page(1) + MIDDLE, (byte) 1));
            assertThatThrownBy(() -> pagemap.takeWritten(at.memory.page(1), GIB / 2, (_, _) -> {}))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("huge page");
            List<Long> found = new ArrayList<>();
            pagemap.takeWritten(at.memory.page(0), at.memory.lengthBytes(), (address, bytes) -> {
                found.add(address);
                found.add(bytes);
            });
            assertThat(found).containsExactly(at.memory.page(1), GIB);
        }
    }

    @Test
    void aPoolThatIsTooSmallNamesItsRemedy() {
        try (Memfd file = Memfd.create("three", 3 * GIB, PageSize.SIZE_1G)) {
            assertThatThrownBy(() -> file.mapGuest().close())
                    .hasMessageContaining("ENOMEM")
                    .hasMessageContaining("It needs 3 free huge pages of 1 GiB and there are 2: run 'echo 3 > /sys/")
                    .hasMessageContaining("hugepages-1048576kB/nr_hugepages'");
        }
    }
}
