package dev.faultline.migration.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faultline.migration.Compression;
import dev.faultline.migration.DataPath;
import dev.faultline.migration.Limits;
import dev.faultline.migration.MigrationMode;
import dev.faultline.migration.OnNoConvergence;
import dev.faultline.migration.source.SourceReport;
import dev.faultline.migration.wire.Frame;
import dev.faultline.testing.RequiresHugePages;
import dev.faultline.uffd.memory.PageSize;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Moves of a guest that writes one 4 KiB block of each of its huge pages, again and again. All of them are audited. */
@Timeout(90)
@RequiresHugePages(2 * DeltaTest.PAGES)
class DeltaTest {
    static final int PAGES = 16;
    private static final long PAGE_BYTES = 2L << 20;
    private static final long MEMORY_BYTES = PAGES * PAGE_BYTES;
    private static final int HASH_BYTES = 512 * 16;
    private static final int ACCEPT = 3;
    private static final int CONTENT = 4;
    private static final int DELTA = 25;
    private static final int FAULTS_ROLE = 2;
    private static final long RECONNECT_NANOS = 30_000_000_000L;

    private interface Ends {
        void check(SourceReport report);
    }

    private static Migration.Plan plan(MigrationMode mode, DataPath dataPath) {
        return Migration.Plan.of(mode).over(dataPath.withDeltas()).verifying();
    }

    private static void move(Migration.Plan plan, Relay.Watch watch, Ends ends) throws Exception {
        move(plan, watch, new CompletableFuture<>(), ends);
    }

    private static void move(Migration.Plan plan, Relay.Watch watch, CompletableFuture<Relay> relay, Ends ends)
            throws Exception {
        try (TestGuest source = new TestGuest(MEMORY_BYTES, PageSize.SIZE_2M, PAGES, 0, false);
                TestGuest destination = new TestGuest(MEMORY_BYTES, PageSize.SIZE_2M, PAGES, 0, true)) {
            source.resume();
            WholeMigrationTest.awaitVerified(source, 2L * PAGES);
            try (Migration migration = new Migration(source, destination, plan, watch)) {
                relay.complete(migration.relay);
                SourceReport report = migration.sent();
                assertThat(report.audit().pages()).isEqualTo(PAGES);
                assertThat(report.audit().isGood()).as(report.audit().problem()).isTrue();
                assertThat(migration.received().audit().isGood()).isTrue();
                ends.check(report);
            }
            WholeMigrationTest.awaitVerified(destination, source.verified.get() + 10L * PAGES);
            assertThat(source.corruption + destination.corruption).isEmpty();
        }
    }

    @ParameterizedTest
    @CsvSource({"PRECOPY, 1, NONE", "HYBRID, 1, NONE", "HYBRID, 3, NONE", "HYBRID, 2, LZ4"})
    void pagesThatAreSentAgainTakeATenthOfTheirSizeAtMost(MigrationMode mode, int connections, Compression compression)
            throws Exception {
        move(plan(mode, new DataPath(connections, compression)), _ -> {}, report -> {
            long first = compression == Compression.NONE ? MEMORY_BYTES : 0; // or hardly anything
            assertThat(report.deltaPages()).isPositive();
            assertThat(report.wireBytes() - first).isLessThan((report.sentBytes() - first) / 10);
            assertThat(report.deltaSavedBytes()).isGreaterThan(report.deltaPages() * PAGE_BYTES / 10 * 9);
            assertThat(report.deltaHashBytes()).isEqualTo(PAGES * HASH_BYTES);
        });
    }

    @Test
    void withoutRoundsNothingIsSentAgainAndNothingIsHashed() throws Exception {
        move(plan(MigrationMode.POSTCOPY, DataPath.PLAIN), _ -> {}, report -> {
            assertThat(report.deltaPages() + report.deltaHashBytes()).isZero();
            assertThat(report.wireBytes()).isGreaterThan(report.sentBytes());
        });
    }

    @Test
    void pagesOf4KiBAreSentWhole() throws Exception {
        try (TestGuest source = new TestGuest(MEMORY_BYTES, PageSize.SIZE_4K, PAGES, 0, false);
                TestGuest destination = new TestGuest(MEMORY_BYTES, PageSize.SIZE_4K, PAGES, 0, true)) {
            source.resume();
            WholeMigrationTest.awaitVerified(source, 2L * PAGES);
            Migration.Plan plan = plan(MigrationMode.HYBRID, DataPath.PLAIN);
            try (Migration migration = new Migration(source, destination, plan, _ -> {})) {
                SourceReport report = migration.sent();
                assertThat(report.deltaPages() + report.deltaHashBytes()).isZero();
                assertThat(report.audit().isGood()).isTrue();
            }
        }
    }

    /** The push is so slow that the guest gets there first. */
    @Test
    void aTouchedPageIsAnsweredByADelta() throws Exception {
        Limits slow = new Limits(Limits.DOWNTIME_NANOS, 3, 0, 0, 1 << 13, OnNoConvergence.SWITCH);
        AtomicInteger deltas = new AtomicInteger();
        Relay.Watch counting = frame -> {
            if (frame.fromSource() && frame.role() == FAULTS_ROLE && frame.type() == DELTA) {
                assertThat(frame.round()).isEqualTo(Frame.FINAL);
                deltas.incrementAndGet();
            }
        };
        move(plan(MigrationMode.HYBRID, DataPath.PLAIN).within(slow), counting, report -> {
            assertThat(deltas).hasPositiveValue();
            assertThat(report.faultPages()).isGreaterThanOrEqualTo(deltas.get());
        });
    }

    @Test
    void aDestinationThatCannotReadDeltasGetsWholePages() throws Exception {
        Relay.Watch older = new Relay.Watch() {
            @Override
            public void see(Relay.Seen frame) {}

            @Override
            public void alters(Relay.Seen frame, byte[] bytes) {
                if (frame.type() == ACCEPT && !frame.fromSource()) {
                    assertThat(bytes[1] & Frame.FLAG_DELTAS).isNotZero();
                    bytes[1] &= ~Frame.FLAG_DELTAS;
                }
            }
        };
        move(plan(MigrationMode.HYBRID, DataPath.PLAIN), older, report -> {
            assertThat(report.deltaPages() + report.deltaHashBytes()).isZero();
            assertThat(report.wireBytes()).isGreaterThan(2 * MEMORY_BYTES);
        });
    }

    /** Of a new connection nothing is acknowledged: there whole pages come, and nothing of what was hashed counts. */
    @Test
    void afterAReconnectionNoDeltaIsSent() throws Exception {
        CompletableFuture<Relay> relay = new CompletableFuture<>();
        AtomicInteger finalDeltas = new AtomicInteger();
        AtomicInteger finalPages = new AtomicInteger();
        Relay.Watch cutting = frame -> {
            if (frame.fromSource() && frame.round() == Frame.FINAL && frame.type() == DELTA) {
                if (finalDeltas.incrementAndGet() == 1) {
                    awaitRelay(relay).cut();
                }
            }
            if (frame.fromSource() && frame.round() == Frame.FINAL && frame.type() == CONTENT) {
                finalPages.incrementAndGet();
            }
        };
        Migration.Plan plan = plan(MigrationMode.HYBRID, DataPath.PLAIN).reconnectingFor(RECONNECT_NANOS);
        move(plan, cutting, relay, report -> {
            assertThat(finalDeltas).hasPositiveValue();
            assertThat(finalPages).hasPositiveValue();
            assertThat(report.deltaPages()).isPositive();
        });
    }

    private static Relay awaitRelay(CompletableFuture<Relay> relay) {
        try {
            return relay.get(10, TimeUnit.SECONDS);
        } catch (java.util.concurrent.ExecutionException
                | java.util.concurrent.TimeoutException
                | InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
