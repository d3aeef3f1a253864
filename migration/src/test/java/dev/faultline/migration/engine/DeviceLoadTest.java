package dev.faultline.migration.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faultline.migration.MigrationMode;
import dev.faultline.migration.source.SourceReport;
import dev.faultline.testing.KernelFeature;
import dev.faultline.testing.RequiresUffd;
import dev.faultline.uffd.internal.linux.NativeMemory;
import dev.faultline.uffd.memory.PageSize;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Loading the device state touches memory, before anybody has looked at all of what was written last. What it is given is
 * checked first: it never sees the copy of a round that the guest has written over since.
 */
@Timeout(90)
@RequiresUffd(KernelFeature.WP_ASYNC)
class DeviceLoadTest {
    private static final long MEMORY_BYTES = 16L << 20;
    private static final int PAGE_BYTES = 4096;
    /** Some page that the guest's own thread never touches. */
    private static final long RING_OFFSET = MEMORY_BYTES - PAGE_BYTES;

    @ParameterizedTest
    @EnumSource(MigrationMode.class)
    void whatTheDeviceLoadIsGivenIsWhatTheGuestWroteLast(MigrationMode mode) throws Exception {
        try (Arena arena = Arena.ofShared();
                TestGuest source = new TestGuest(MEMORY_BYTES, PageSize.SIZE_4K, 1, 0, false);
                TestGuest destination = new TestGuest(MEMORY_BYTES, PageSize.SIZE_4K, 1, 0, true)) {
            MemorySegment page = arena.allocate(PAGE_BYTES, Long.BYTES);
            MemorySegment loaded = arena.allocate(PAGE_BYTES, Long.BYTES);
            NativeMemory.copy(ring(source), page.fill((byte) 1).address(), PAGE_BYTES);
            source.allowPasses(1);
            source.resume();
            source.awaitIdle();
            source.beforePause = () -> {
                // Until the round is acknowledged: else the page is dirty anyway. If it is not, the test is only
                // weaker.
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(300));
                NativeMemory.copy(ring(source), page.fill((byte) 2).address(), PAGE_BYTES);
            };
            destination.beforeLoad = () -> NativeMemory.copy(loaded.address(), ring(destination), PAGE_BYTES);
            SourceReport report;
            try (Migration migration = new Migration(source, destination, Migration.Plan.of(mode), _ -> {})) {
                report = migration.sent();
                migration.received();
            }
            assertThat(loaded.get(ValueLayout.JAVA_BYTE, 0)).isEqualTo((byte) 2);
            assertThat(loaded.mismatch(page)).isEqualTo(-1);
            assertThat(report.faultPages() > 0).isEqualTo(mode != MigrationMode.PRECOPY);
        }
    }

    private static long ring(TestGuest guest) {
        return guest.regions().getFirst().guestAddress() + RING_OFFSET;
    }
}
