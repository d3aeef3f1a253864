package dev.faultline.migration.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faultline.migration.AuditReport;
import dev.faultline.migration.Compression;
import dev.faultline.migration.DataPath;
import dev.faultline.migration.Limits;
import dev.faultline.migration.MigrationMode;
import dev.faultline.migration.OnNoConvergence;
import dev.faultline.migration.guest.GuestState;
import dev.faultline.migration.page.PageHashes;
import dev.faultline.migration.source.SourceReport;
import dev.faultline.testing.RequiresHugePages;
import dev.faultline.uffd.memory.PageSize;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Moves that are audited at their end. */
@Timeout(90)
class AuditTest {
    private static final long MEMORY_BYTES = 32L << 20;
    private static final long BIG_BYTES = 512L << 20;
    private static final int HOT_BLOCKS = 500;
    private static final Limits SLOW_PUSH = new Limits(1, 1, 0, 0, 1 << 20, OnNoConvergence.SWITCH);
    private static final int HUGE_PAGES = 16;
    private static final int PAGES = 4;
    private static final int PAGES_LZ4 = 23;
    private static final int MANIFEST = 21;

    @ParameterizedTest
    @EnumSource(MigrationMode.class)
    void allPagesOfAWritingGuestAreAudited(MigrationMode mode) throws Exception {
        assertAllAudited(Migration.Plan.of(mode), PageSize.SIZE_4K, MEMORY_BYTES, _ -> {});
    }

    @ParameterizedTest
    @EnumSource(MigrationMode.class)
    @RequiresHugePages(2 * HUGE_PAGES)
    void allHugePagesAreAudited(MigrationMode mode) throws Exception {
        assertAllAudited(Migration.Plan.of(mode), PageSize.SIZE_2M, MEMORY_BYTES, _ -> {});
    }

    /** What is hashed is what lies in memory, whatever it was on its way. */
    @ParameterizedTest
    @CsvSource({"PRECOPY, 3, LZ4", "HYBRID, 4, ZSTD", "POSTCOPY, 2, LZ4"})
    void compressedContentOfSeveralConnectionsIsAudited(MigrationMode mode, int connections, Compression compression)
            throws Exception {
        Migration.Plan plan = Migration.Plan.of(mode).over(new DataPath(connections, compression));
        assertAllAudited(plan, PageSize.SIZE_4K, MEMORY_BYTES, _ -> {});
    }

    @ParameterizedTest
    @EnumSource(MigrationMode.class)
    @RequiresHugePages(2 * HUGE_PAGES)
    void compressedHugePagesAreAudited(MigrationMode mode) throws Exception {
        Migration.Plan plan = Migration.Plan.of(mode).over(new DataPath(2, Compression.ZSTD));
        assertAllAudited(plan, PageSize.SIZE_2M, MEMORY_BYTES, _ -> {});
    }

    /** What is hashed is the whole page, as the delta has left it. */
    @ParameterizedTest
    @EnumSource(MigrationMode.class)
    @RequiresHugePages(2 * HUGE_PAGES)
    void hugePagesThatWereSentAsDeltasAreAudited(MigrationMode mode) throws Exception {
        Migration.Plan plan = Migration.Plan.of(mode).over(new DataPath(2, Compression.NONE).withDeltas());
        assertAllAudited(plan, PageSize.SIZE_2M, MEMORY_BYTES, _ -> {});
    }

    /** Its manifest does not fit into what may be unanswered. */
    @Test
    void aBigGuestsManifestIsSentAsItIsCompared() throws Exception {
        AtomicInteger parts = new AtomicInteger();
        assertAllAudited(Migration.Plan.of(MigrationMode.HYBRID), PageSize.SIZE_4K, BIG_BYTES, frame -> {
            if (frame.type() == MANIFEST) {
                parts.incrementAndGet();
            }
        });
        assertThat(parts).hasValue(32);
    }

    private static void assertAllAudited(Migration.Plan plan, PageSize pageSize, long memoryBytes, Relay.Watch watch)
            throws Exception {
        try (TestGuest source = new TestGuest(memoryBytes, pageSize, HOT_BLOCKS, 0, false);
                TestGuest destination = new TestGuest(memoryBytes, pageSize, HOT_BLOCKS, 0, true)) {
            source.resume();
            WholeMigrationTest.awaitVerified(source, 2 * HOT_BLOCKS);
            try (Migration migration = new Migration(source, destination, plan.verifying(), watch)) {
                long pages = memoryBytes / pageSize.bytes();
                SourceReport report = migration.sent();
                assertThat(report.compressedBytes() > 0).isEqualTo(report.compression() != Compression.NONE);
                AuditReport here = report.audit();
                AuditReport there = migration.received().audit();
                assertThat(here).isEqualTo(new AuditReport(true, pages, 0, "", here.hashBytes(), here.durationNanos()));
                assertThat(there).isEqualTo(here.holding(pages * PageHashes.ENTRY_BYTES));
                assertThat(here.hashBytes()).isBetween((long) PageHashes.ENTRY_BYTES, there.hashBytes());
                assertThat(here.durationNanos()).isPositive();
            }
            WholeMigrationTest.awaitVerified(destination, source.verified.get() + HOT_BLOCKS);
            assertThat(source.corruption + destination.corruption).isEmpty();
            if (pageSize == PageSize.SIZE_4K) {
                // To look at a hole has not filled it.
                assertThat(source.file().allocatedBytes()).isEqualTo(HOT_BLOCKS * 4096L);
            }
        }
    }

    /** Where it can, the guest stays paused, so that nobody but the audit can notice. */
    @ParameterizedTest
    @CsvSource({
        "PRECOPY, 1, NONE, 'sent in round 0, clean by the dirty map'",
        "PRECOPY, 1, LZ4, 'sent in round 0, clean by the dirty map'",
        "POSTCOPY, 1, NONE, 'sent by the push'",
        "POSTCOPY, 1, LZ4, 'sent by the push'",
        "POSTCOPY, 2, NONE, 'sent in answer to a fault'"
    })
    void aByteThatChangesOnItsWayIsFoundAndNamed(MigrationMode mode, int role, Compression compression, String way)
            throws Exception {
        int type = compression == Compression.NONE ? PAGES : PAGES_LZ4;
        try (TestGuest source = new TestGuest(MEMORY_BYTES, PageSize.SIZE_4K, HOT_BLOCKS, 0, false);
                TestGuest destination = new TestGuest(MEMORY_BYTES, PageSize.SIZE_4K, HOT_BLOCKS, 0, true)) {
            source.allowPasses(1);
            source.resume();
            source.awaitIdle();
            AtomicLong page = new AtomicLong(-1);
            Relay.Watch flipping = new Relay.Watch() {
                @Override
                public void see(Relay.Seen frame) {}

                @Override
                public void alters(Relay.Seen frame, byte[] bytes) {
                    boolean isWanted = frame.fromSource() && frame.role() == role && frame.type() == type;
                    if (isWanted && page.compareAndSet(-1, frame.page() + frame.count() - 1)) {
                        bytes[bytes.length - 1] ^= 4; // lz4, too, ends with some bytes as they are
                    }
                }
            };
            DataPath dataPath = new DataPath(compression == Compression.NONE ? 1 : 2, compression);
            Migration.Plan plan = Migration.Plan.of(mode).verifying().over(dataPath);
            // A push in full speed may bring the page first, and the answer is dropped then.
            plan = role == 2 ? plan.within(SLOW_PUSH) : plan.startingPaused();
            try (Migration migration = new Migration(source, destination, plan, flipping)) {
                AuditReport here = migration.sent().audit();
                AuditReport there = migration.received().audit();
                assertThat(here.isGood()).isFalse();
                assertThat(here.mismatches()).isOne();
                assertThat(here.words())
                        .isEqualTo(
                                "ram page " + page + " at 0x" + Long.toHexString(page.get() * 4096) + " (" + way + ")");
                assertThat(there.words()).isEqualTo(here.words());
                assertThat(here.problem())
                        .startsWith("the audit found that 1 of 8192 pages did not arrive as they are at the source: ");
            }
            assertThat(source.state()).isEqualTo(GuestState.RELINQUISHED);
        }
    }
}
