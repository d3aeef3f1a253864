package dev.faultline.migration.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faultline.migration.Compression;
import dev.faultline.migration.DataPath;
import dev.faultline.migration.MigrationMode;
import dev.faultline.migration.guest.GuestState;
import dev.faultline.migration.journal.Journal;
import dev.faultline.migration.journal.Phase;
import dev.faultline.uffd.memory.PageSize;
import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Engines whose connections break, and that go on by themselves over new ones. */
@Timeout(90)
class ReconnectTest {
    private static final long MEMORY_BYTES = 64L << 20;
    private static final int HOT_BLOCKS = 4000;
    private static final int CUTS = 20;
    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(30);

    /** PAGES and its compressed forms. */
    private static final Set<Integer> CONTENT = Set.of(4, 23, 24);

    private static final int PREPARED = 8;
    private static final int FAULT = 12;

    @TempDir
    private Path sourceDirectory;

    @TempDir
    private Path destinationDirectory;

    private final TestGuest source = new TestGuest(MEMORY_BYTES, PageSize.SIZE_4K, HOT_BLOCKS, 0, false);
    private final TestGuest destination = new TestGuest(MEMORY_BYTES, PageSize.SIZE_4K, HOT_BLOCKS, 0, true);
    private final AtomicReference<Migration> running = new AtomicReference<>();
    private final CountDownLatch known = new CountDownLatch(1);

    @BeforeEach
    void fill() throws InterruptedException {
        source.resume();
        WholeMigrationTest.awaitVerified(source, HOT_BLOCKS);
    }

    @AfterEach
    void end() {
        String corruption = source.corruption + destination.corruption;
        source.close();
        destination.close(); // whoever waits for a page there then gets whatever is in the file
        assertThat(corruption).isEmpty();
    }

    private Relay relay() throws InterruptedException {
        known.await();
        return running.get().relay;
    }

    private interface Ends {
        void of(Migration migration) throws Exception;
    }

    private void move(Migration.Plan plan, Relay.Watch watch, Ends ends) throws Exception {
        try (Journal out = Journal.claim(sourceDirectory, "source", source);
                Journal in = Journal.claim(destinationDirectory, "destination", destination);
                Migration migration = new Migration(source, out, destination, in, plan, watch)) {
            running.set(migration);
            known.countDown();
            ends.of(migration);
        }
    }

    private void assertMoves(MigrationMode mode, Relay.Watch watch) throws Exception {
        assertMoves(Migration.Plan.of(mode), watch);
    }

    private void assertMoves(Migration.Plan plan, Relay.Watch watch) throws Exception {
        move(plan.verifying().reconnectingFor(PATIENCE_NANOS), watch, migration -> {
            assertThat(migration.sent().audit().pages()).isEqualTo(MEMORY_BYTES / 4096);
            assertThat(migration.received().audit().isGood()).isTrue();
            assertThat(migration.sent().audit().isGood()).isTrue();
        });
        assertThat(source.state()).isEqualTo(GuestState.RELINQUISHED);
        assertThat(destination.state()).isEqualTo(GuestState.RUNNING);
        WholeMigrationTest.awaitVerified(destination, source.verified.get() + 3L * HOT_BLOCKS);
        assertNothingLeft();
    }

    private void assertNothingLeft() {
        assertThat(Journal.list(sourceDirectory)).isEmpty();
        assertThat(Journal.list(destinationDirectory)).isEmpty();
    }

    /** COMMIT, STARTED, the dirty map, a fault, a page, COMPLETE, the hashes, the answer to them. */
    @ParameterizedTest
    @CsvSource({"true,9", "false,10", "true,11", "false,12", "true,4", "false,14", "false,21", "true,22"})
    void aFrameIsLostWithAllConnections(boolean fromSource, int type) throws Exception {
        AtomicInteger seen = new AtomicInteger();
        assertMoves(MigrationMode.POSTCOPY, frame -> {
            if (frame.fromSource() == fromSource && frame.type() == type && seen.incrementAndGet() == 1) {
                relay().cut();
            }
        });
        assertThat(seen).hasPositiveValue();
    }

    @ParameterizedTest
    @CsvSource({"true, 1, NONE", "false, 1, NONE", "true, 3, LZ4", "false, 3, ZSTD"})
    void connectionsBreakAgainAndAgain(boolean bothSidesNotice, int connections, Compression compression)
            throws Exception {
        AtomicInteger cuts = new AtomicInteger();
        AtomicInteger frames = new AtomicInteger();
        Migration.Plan plan = Migration.Plan.of(MigrationMode.POSTCOPY).over(new DataPath(connections, compression));
        assertMoves(plan, frame -> {
            boolean counts =
                    frame.fromSource() ? CONTENT.contains(frame.type()) && frame.role() == 1 : frame.type() == FAULT;
            if (counts && frames.incrementAndGet() % 40 == 0 && cuts.incrementAndGet() <= CUTS) {
                if (bothSidesNotice) {
                    relay().cut();
                } else {
                    relay().cutSource();
                }
            }
        });
        assertThat(cuts).hasValueGreaterThanOrEqualTo(CUTS);
    }

    /** The source has not committed, and runs its guest on; the destination, which cannot know, hears so at once. */
    @Test
    void aDestinationThatIsReadyHearsThatTheSourceRunsItsGuestOn() throws Exception {
        AtomicInteger seen = new AtomicInteger();
        Migration.Plan plan = Migration.Plan.of(MigrationMode.HYBRID).reconnectingFor(PATIENCE_NANOS);
        Relay.Watch losing = frame -> {
            if (!frame.fromSource() && frame.type() == PREPARED && seen.incrementAndGet() == 1) {
                relay().cut();
            }
        };
        move(plan, losing, migration -> {
            assertThat(migration.sourceFailure()).endsWith("the guest goes on here as before");
            assertThat(migration.destinationFailure())
                    .isEqualTo("the source has taken its guest back; it never ran here");
        });
        assertThat(destination.state()).isEqualTo(GuestState.RELINQUISHED);
        WholeMigrationTest.awaitVerified(source, source.verified.get() + 2L * HOT_BLOCKS);
        assertNothingLeft();
    }

    @Test
    void whoWaitsInVainLeavesWhatASuccessorNeeds() throws Exception {
        Migration.Plan plan = Migration.Plan.of(MigrationMode.POSTCOPY).reconnectingFor(PATIENCE_NANOS / 15);
        Relay.Watch losing = frame -> {
            if (frame.fromSource()
                    && CONTENT.contains(frame.type())
                    && frame.role() == 1) { // the source has heard STARTED
                try {
                    relay().close();
                } catch (java.io.IOException e) {
                    throw new IllegalStateException(e);
                }
            }
        };
        move(plan, losing, migration -> {
            assertThat(migration.sourceFailure()).contains("'faultline resume' on both sides goes on");
            assertThat(migration.destinationFailure()).contains("'faultline resume' on both sides goes on");
        });
        assertThat(Journal.list(sourceDirectory).getFirst().phase()).isEqualTo(Phase.SERVING);
        assertThat(Journal.list(destinationDirectory).getFirst().phase()).isEqualTo(Phase.RUNNING);
        assertThat(source.state()).isEqualTo(GuestState.RELINQUISHED);
        assertThat(destination.state()).isEqualTo(GuestState.PAUSED);
    }
}
