package dev.faultline.migration.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faultline.migration.AuditReport;
import dev.faultline.migration.Compression;
import dev.faultline.migration.DataPath;
import dev.faultline.migration.MigrationMode;
import dev.faultline.migration.TestSwitch;
import dev.faultline.uffd.memory.PageSize;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Each of the three ways to break the engine, under an order of events in which it must corrupt the guest, and the sound
 * engine under the same order, which must not. The audit has to see what did not arrive as it is at the source.
 */
@Timeout(90)
class BrokenEngineTest {
    private static final long MEMORY_BYTES = 64L << 20;
    private static final int HOT_BLOCKS = 4000;
    private static final int FAULTS_FIRST = 20;
    private static final int ZEROS = 5;
    private static final int STARTED = 10;
    private static final int PREPARE = 7;
    private static final int COMMIT = 9;
    private static final int APPLIED = 6;

    private final CountDownLatch started = new CountDownLatch(1);
    /** Page connections with a frame of a round after the first. */
    private final Set<Integer> late = ConcurrentHashMap.newKeySet();

    private final AtomicBoolean once = new AtomicBoolean();
    private final AtomicLong frames = new AtomicLong();
    private final Map<Integer, Long> acknowledged = new ConcurrentHashMap<>();

    /** A page is written after it was copied; its next frame is still on its way when the guest is handed over. */
    @ParameterizedTest
    @CsvSource({"NONE, 1", "DROP_BARRIER, 1", "NONE, 2", "DROP_BARRIER, 2"})
    void framesInFlightAtThePauseCountAsDirty(TestSwitch testSwitch, int connections) throws Exception {
        try (TestGuest source = guest(false);
                TestGuest destination = guest(true)) {
            runOnce(source);
            Migration.Plan plan = Migration.Plan.of(MigrationMode.HYBRID)
                    .broken(testSwitch)
                    .over(new DataPath(connections, Compression.NONE));
            Relay.Watch watch = new Relay.Watch() {
                @Override
                public void arrived(Relay.Seen frame) throws InterruptedException {
                    // Its content was read before; the rest of the round does not fit into the sockets' buffers,
                    // so that the source has not looked yet what was written.
                    if (isPages(frame) && once.compareAndSet(false, true)) {
                        source.allowPasses(1);
                        source.awaitIdle();
                    }
                }

                @Override
                public void see(Relay.Seen frame) throws InterruptedException {
                    onHandOver(frame, destination);
                    count(frame);
                    if (isPages(frame) && frame.round() > 0) {
                        late.add(frame.connection());
                        started.await();
                    } else if (frame.fromSource() && frame.type() == PREPARE) {
                        awaitLate(connections);
                        awaitAcknowledged(); // all of the first round has taken effect, and nothing of the second
                    }
                }
            };
            expect(source, destination, plan, watch);
        }
    }

    /** The guest writes everything between the last round's scan and the pause. */
    @ParameterizedTest
    @EnumSource(
            value = TestSwitch.class,
            names = {"NONE", "SKIP_FINAL_SCAN"})
    void whatIsWrittenBeforeThePauseIsFound(TestSwitch testSwitch) throws Exception {
        try (TestGuest source = guest(false);
                TestGuest destination = guest(true)) {
            runOnce(source);
            source.beforePause = () -> {
                awaitAcknowledged();
                source.allowPasses(1);
                source.awaitIdle();
            };
            Migration.Plan plan = Migration.Plan.of(MigrationMode.HYBRID).broken(testSwitch);
            expect(source, destination, plan, frame -> {
                onHandOver(frame, destination);
                count(frame);
            });
        }
    }

    /** Everything is fetched by faults and rewritten before the first pushed frame arrives. */
    @ParameterizedTest
    @EnumSource(
            value = TestSwitch.class,
            names = {"NONE", "WRITE_AFTER_MAP"})
    void aPushedFrameThatComesLateIsDropped(TestSwitch testSwitch) throws Exception {
        try (TestGuest source = guest(false);
                TestGuest destination = guest(true)) {
            runOnce(source);
            Migration.Plan plan = Migration.Plan.of(MigrationMode.POSTCOPY).broken(testSwitch);
            expect(source, destination, plan, frame -> {
                if (isPages(frame) && once.compareAndSet(false, true)) {
                    destination.awaitIdle();
                }
                if (frame.fromSource() && frame.type() == COMMIT) {
                    destination.allowPasses(1);
                }
            });
        }
    }

    /** Everything of one connection is so late that the other's later rounds, the hand-over and faults come first. */
    @ParameterizedTest
    @ValueSource(ints = {0, 1})
    void framesThatOverstepThoseOfAnotherConnectionDoNoHarm(int slow) throws Exception {
        try (TestGuest source = guest(false);
                TestGuest destination = guest(true)) {
            runOnce(source);
            source.beforePause = () -> {
                source.allowPasses(1);
                source.awaitIdle();
            };
            CountDownLatch again = new CountDownLatch(1);
            Migration.Plan plan = Migration.Plan.of(MigrationMode.HYBRID).over(new DataPath(2, Compression.NONE));
            Relay.Watch watch = frame -> {
                onHandOver(frame, destination);
                if (frame.fromSource() && frame.role() == 2 && frames.incrementAndGet() == FAULTS_FIRST) {
                    again.countDown();
                }
                if (isPages(frame) && frame.connection() == slow) {
                    again.await();
                }
            };
            expect(source, destination, plan, watch);
        }
    }

    private void onHandOver(Relay.Seen frame, TestGuest destination) {
        if (frame.fromSource() && frame.type() == COMMIT) {
            destination.allowPasses(2);
        }
        if (!frame.fromSource() && frame.type() == STARTED) {
            started.countDown();
        }
    }

    private void count(Relay.Seen frame) {
        if (isPages(frame) && frame.round() == 0 && !late.contains(frame.connection())) {
            frames.incrementAndGet();
        }
        if (!frame.fromSource() && frame.type() == APPLIED) {
            acknowledged.put(frame.connection(), frame.round());
        }
    }

    private void awaitLate(int connections) throws InterruptedException {
        while (late.size() < connections) {
            Thread.sleep(10);
        }
    }

    /** What is not acknowledged counts as dirty, which would hide that nobody looked. */
    private void awaitAcknowledged() {
        try {
            while (acknowledged.values().stream().mapToLong(Long::longValue).sum() < frames.get()) {
                Thread.sleep(10);
            }
            Thread.sleep(500); // the relay has passed it on; the source has a thread that only waits for it
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static boolean isPages(Relay.Seen frame) {
        return frame.fromSource() && frame.role() == 1 && (frame.type() == ZEROS || frame.type() == ZEROS - 1);
    }

    private static TestGuest guest(boolean incoming) {
        return new TestGuest(MEMORY_BYTES, PageSize.SIZE_4K, HOT_BLOCKS, 0, incoming);
    }

    private static void runOnce(TestGuest guest) {
        guest.allowPasses(1);
        guest.resume();
        guest.awaitIdle();
    }

    private static void expect(TestGuest source, TestGuest destination, Migration.Plan plan, Relay.Watch watch)
            throws Exception {
        AuditReport audit;
        try (Migration migration = new Migration(source, destination, plan.verifying(), watch)) {
            audit = migration.sent().audit();
            migration.received();
            destination.allowPasses(2);
            destination.awaitIdle();
        }
        assertThat(source.corruption).isEmpty();
        // What is written over a page later is not in what arrived: of that, only the guest can tell.
        boolean arrived = plan.testSwitch() == TestSwitch.NONE || plan.testSwitch() == TestSwitch.WRITE_AFTER_MAP;
        assertThat(audit.isGood()).as(audit.words()).isEqualTo(arrived);
        if (plan.testSwitch() == TestSwitch.NONE) {
            assertThat(destination.corruption).isEmpty();
        } else {
            assertThat(destination.corruption).contains(" is not of pass ");
        }
    }
}
