package dev.faultline.migration.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faultline.migration.Compression;
import dev.faultline.migration.DataPath;
import dev.faultline.migration.MigrationMode;
import dev.faultline.migration.TestSwitch;
import dev.faultline.migration.guest.GuestState;
import dev.faultline.migration.source.SourceReport;
import dev.faultline.testing.RequiresHugePages;
import dev.faultline.testing.RequiresUffd;
import dev.faultline.uffd.memory.MemoryFile;
import dev.faultline.uffd.memory.PageSize;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

@Timeout(90)
class MovedMemoryTest {
    private static final long MEMORY_BYTES = 32L << 20;
    private static final int HOT_BLOCKS = 500;
    private static final int STARTED = 10;
    private static final int DIRTY_MAP = 11;
    private static final int HUGE_PAGES = 16;

    private static final int PAGES_ROLE = 1;
    /** PAGES and its compressed forms. */
    private static final Set<Integer> CONTENT = Set.of(4, 23, 24);

    private static TestGuest guest(PageSize size, boolean incoming) {
        return new TestGuest(MEMORY_BYTES, size, HOT_BLOCKS, 0, incoming);
    }

    @ParameterizedTest
    @EnumSource(MigrationMode.class)
    @RequiresHugePages(2 * HUGE_PAGES)
    void aGuestOfHugePagesMovesUncorrupted(MigrationMode mode) throws Exception {
        try (TestGuest source = guest(PageSize.SIZE_2M, false);
                TestGuest destination = guest(PageSize.SIZE_2M, true)) {
            source.resume();
            WholeMigrationTest.awaitVerified(source, 2 * HOT_BLOCKS);
            try (Migration migration = new Migration(source, destination, Migration.Plan.of(mode), _ -> {})) {
                migration.sent();
                migration.received();
            }
            WholeMigrationTest.awaitVerified(destination, source.verified.get() + 3 * HOT_BLOCKS);
            assertThat(source.corruption + destination.corruption).isEmpty();
        }
    }

    @ParameterizedTest
    @EnumSource(MigrationMode.class)
    @RequiresUffd
    void aGuestWhoseRegionsHaveAUserfaultfdEachMovesUncorrupted(MigrationMode mode) throws Exception {
        try (TestGuest source = new TestGuest(2, MEMORY_BYTES, PageSize.SIZE_4K, HOT_BLOCKS, 0, false);
                TestGuest destination = new TestGuest(2, MEMORY_BYTES, PageSize.SIZE_4K, HOT_BLOCKS, 0, true)) {
            source.resume();
            WholeMigrationTest.awaitVerified(source, 2 * HOT_BLOCKS);
            try (Migration migration = new Migration(source, destination, Migration.Plan.of(mode), _ -> {})) {
                migration.sent();
                migration.received();
            }
            WholeMigrationTest.awaitVerified(destination, source.verified.get() + 3 * HOT_BLOCKS);
            assertThat(source.corruption + destination.corruption).isEmpty();
        }
    }

    private static Stream<Arguments> dataPaths() {
        return Stream.of(
                Arguments.of(1, Compression.ZSTD, MigrationMode.HYBRID),
                Arguments.of(2, Compression.NONE, MigrationMode.POSTCOPY),
                Arguments.of(2, Compression.AUTO, MigrationMode.HYBRID),
                Arguments.of(3, Compression.LZ4, MigrationMode.PRECOPY),
                Arguments.of(4, Compression.ZSTD, MigrationMode.POSTCOPY),
                Arguments.of(DataPath.MAX_CONNECTIONS, Compression.LZ4, MigrationMode.HYBRID));
    }

    @ParameterizedTest
    @MethodSource("dataPaths")
    void aGuestOfSmallPagesMovesOverEachDataPath(int connections, Compression compression, MigrationMode mode)
            throws Exception {
        movesOver(new DataPath(connections, compression), mode, PageSize.SIZE_4K);
    }

    @ParameterizedTest
    @MethodSource("dataPaths")
    @RequiresHugePages(2 * HUGE_PAGES)
    void aGuestOfHugePagesMovesOverEachDataPath(int connections, Compression compression, MigrationMode mode)
            throws Exception {
        movesOver(new DataPath(connections, compression), mode, PageSize.SIZE_2M);
    }

    private static void movesOver(DataPath dataPath, MigrationMode mode, PageSize size) throws Exception {
        try (TestGuest source = guest(size, false);
                TestGuest destination = guest(size, true)) {
            source.resume();
            WholeMigrationTest.awaitVerified(source, 2 * HOT_BLOCKS);
            Set<Integer> connections = ConcurrentHashMap.newKeySet();
            Relay.Watch watch = frame -> {
                if (frame.fromSource() && frame.role() == PAGES_ROLE && CONTENT.contains(frame.type())) {
                    connections.add(frame.connection());
                }
            };
            SourceReport report;
            try (Migration migration =
                    new Migration(source, destination, Migration.Plan.of(mode).over(dataPath), watch)) {
                report = migration.sent();
                assertThat(migration.received().receivedBytes()).isPositive();
            }
            WholeMigrationTest.awaitVerified(destination, source.verified.get() + 3 * HOT_BLOCKS);
            assertThat(source.corruption + destination.corruption).isEmpty();
            assertThat(connections).hasSize(dataPath.connections());
            boolean compresses =
                    dataPath.compression() == Compression.LZ4 || dataPath.compression() == Compression.ZSTD;
            if (compresses) {
                assertThat(report.compressedBytes()).isPositive();
                assertThat(report.wireBytes()).isLessThan(report.sentBytes());
            } else if (dataPath.compression() == Compression.NONE) {
                assertThat(report.compressedBytes()).isZero();
                assertThat(report.wireBytes()).isGreaterThan(report.sentBytes());
            }
        }
    }

    @Test
    @RequiresHugePages(2 * HUGE_PAGES)
    void untouchedHugePagesArriveAsZerosAndTakeNoMemory() throws Exception {
        try (TestGuest source = new TestGuest(MEMORY_BYTES, PageSize.SIZE_2M, 1, 0, false);
                TestGuest destination = new TestGuest(MEMORY_BYTES, PageSize.SIZE_2M, 1, 0, true)) {
            source.resume();
            WholeMigrationTest.awaitVerified(source, 5);
            try (Migration migration =
                    new Migration(source, destination, Migration.Plan.of(MigrationMode.HYBRID), _ -> {})) {
                migration.sent();
                migration.received();
            }
            assertThat(destination.corruption).isEmpty();
            assertThat(source.file().allocatedBytes()).isEqualTo(2L << 20);
            assertThat(destination.file().allocatedBytes()).isEqualTo(2L << 20);
        }
    }

    /** Until the map comes, every touch of a received page has to be asked about. */
    @Test
    void theGuestRunsWhileTheMapIsHeldBack() throws Exception {
        try (TestGuest source = guest(PageSize.SIZE_4K, false);
                TestGuest destination = guest(PageSize.SIZE_4K, true)) {
            source.resume();
            WholeMigrationTest.awaitVerified(source, 2 * HOT_BLOCKS);
            Migration.Plan plan = new Migration.Plan(MigrationMode.HYBRID, TestSwitch.NONE, 1_500_000_000L, false, 0);
            AtomicLong startedNanos = new AtomicLong();
            AtomicLong mapNanos = new AtomicLong(Long.MAX_VALUE);
            Relay.Watch watch = frame -> {
                if (!frame.fromSource() && frame.type() == STARTED) {
                    startedNanos.set(System.nanoTime());
                } else if (frame.fromSource() && frame.type() == DIRTY_MAP) {
                    mapNanos.accumulateAndGet(System.nanoTime(), Math::min);
                }
            };
            try (Migration migration = new Migration(source, destination, plan, watch)) {
                WholeMigrationTest.awaitVerified(destination, 1);
                WholeMigrationTest.awaitVerified(destination, destination.verified.get() + 2 * HOT_BLOCKS);
                migration.sent();
                migration.received();
                // It need not come at all: pages that were not acknowledged at the pause are dirty, and pushed.
                assertThat(mapNanos.get() - startedNanos.get()).isGreaterThan(1_000_000_000L);
                assertThat(startedNanos).hasPositiveValue();
            }
            WholeMigrationTest.awaitVerified(destination, destination.verified.get() + HOT_BLOCKS);
            assertThat(source.corruption + destination.corruption).isEmpty();
        }
    }

    @ParameterizedTest
    @EnumSource(MigrationMode.class)
    void aGuestThatStartsPausedHasTheSourcesMemoryToTheByteAndNoMore(MigrationMode mode) throws Exception {
        try (TestGuest source = guest(PageSize.SIZE_4K, false);
                TestGuest destination = guest(PageSize.SIZE_4K, true)) {
            source.resume();
            WholeMigrationTest.awaitVerified(source, 2 * HOT_BLOCKS);
            try (Migration migration = new Migration(
                    source, destination, new Migration.Plan(mode, TestSwitch.NONE, 0, true, 0), _ -> {})) {
                migration.sent();
                migration.received();
            }
            assertThat(destination.state()).isEqualTo(GuestState.PAUSED);
            assertThat(firstDifference(source.file(), destination.file())).isEqualTo(-1);
            assertThat(source.file().allocatedBytes()).isEqualTo(HOT_BLOCKS * 4096L);
            assertThat(destination.file().allocatedBytes()).isEqualTo(HOT_BLOCKS * 4096L);
        }
    }

    private static long firstDifference(MemoryFile first, MemoryFile second) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment one = arena.allocate(first.lengthBytes());
            MemorySegment two = arena.allocate(first.lengthBytes());
            first.read(0, one);
            second.read(0, two);
            return one.mismatch(two);
        }
    }
}
