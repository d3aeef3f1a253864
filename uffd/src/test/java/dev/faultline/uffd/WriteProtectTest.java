package dev.faultline.uffd;

import static dev.faultline.uffd.NativeThread.await;
import static org.assertj.core.api.Assertions.assertThat;

import dev.faultline.testing.KernelFeature;
import dev.faultline.testing.RequiresUffd;
import dev.faultline.uffd.internal.linux.Errno;
import dev.faultline.uffd.memory.PageSize;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Write protection without WP_ASYNC: a store waits for an answer. With WP_ASYNC: {@link PagemapTest}. */
@RequiresUffd({KernelFeature.PAGEFAULT_FLAG_WP, KernelFeature.WP_HUGETLBFS_SHMEM})
@Timeout(120)
class WriteProtectTest {
    private static final Set<RegisterMode> ALL = Set.of(RegisterMode.values());

    @Test
    void aStoreToAProtectedPageWaitsUntilTheProtectionIsLifted() {
        try (FaultFixture at = protectable(2)) {
            at.memory.fillAll(0, 1);
            at.continuePages(0, 2);
            at.uffd.writeProtect(at.memory.page(1), at.memory.pageBytes(), true, 0);
            await(at.thread.store(at.memory.page(0), (byte) 1));
            await(at.thread.load(at.memory.page(1), 8));
            CompletableFuture<Boolean> store = at.thread.store(at.memory.page(1), (byte) 1);

            at.awaitFaultOn(1);
            assertThat(at.batch.isWriteProtect(0)).isTrue();
            assertThat(at.batch.isWrite(0)).isTrue();
            assertThat(at.batch.isMinor(0)).isFalse();
            at.uffd.writeProtect(at.memory.page(1), at.memory.pageBytes(), false, 0);

            await(store);
        }
    }

    @Test
    void continueWithProtectionMapsForLoadsOnly() {
        try (FaultFixture at = protectable(1)) {
            at.memory.fill(0);
            Outcome outcome = at.uffd.continuePages(at.memory.page(0), at.memory.pageBytes(), Uffd.WRITE_PROTECTED);
            assertThat(outcome).isEqualTo(Outcome.DONE);
            assertThat(await(at.thread.load(at.memory.page(0), at.memory.pageBytes())))
                    .isEqualTo(at.memory.content(0));

            CompletableFuture<Boolean> store = at.thread.store(at.memory.page(0), (byte) 1);
            at.awaitFaultOn(0);
            assertThat(at.batch.isWriteProtect(0)).isTrue();
            at.uffd.writeProtect(at.memory.page(0), at.memory.pageBytes(), false, 0);
            await(store);
        }
    }

    @Test
    void memoryNotRegisteredForItIsEnoent() {
        try (FaultFixture at = new FaultFixture(PageSize.SIZE_4K, 1, FaultFixture.MISSING_AND_MINOR)) {
            assertThat(at.uffd.writeProtect(at.memory.page(0), at.memory.pageBytes(), true, 0))
                    .isEqualTo(Outcome.failure(Errno.ENOENT, false));
        }
    }

    private static FaultFixture protectable(int pages) {
        return new FaultFixture(PageSize.SIZE_4K, pages, ALL, UffdFeature.WP_HUGETLBFS_SHMEM);
    }
}
