package dev.faultline.migration.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faultline.migration.MigrationMode;
import dev.faultline.migration.guest.GuestState;
import dev.faultline.uffd.memory.PageSize;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What becomes of the guest, and what the operator reads, when something breaks. */
@Timeout(90)
class FailureTest {
    private static final long MEMORY_BYTES = 16L << 20;
    private static final int HOT_BLOCKS = 500;
    private static final int STARTED = 10;

    private final AtomicReference<Migration> running = new AtomicReference<>();
    private final CountDownLatch known = new CountDownLatch(1);

    private static TestGuest guest(long bytes, boolean incoming) {
        return new TestGuest(bytes, PageSize.SIZE_4K, HOT_BLOCKS, 0, incoming);
    }

    /** Cuts every connection when a frame is seen for which the condition holds. */
    private Relay.Watch cutAt(java.util.function.Predicate<Relay.Seen> when) {
        return frame -> {
            if (when.test(frame)) {
                known.await();
                running.get().relay.cut();
            }
        };
    }

    private Migration begin(TestGuest source, TestGuest destination, MigrationMode mode, Relay.Watch watch)
            throws Exception {
        Migration migration = new Migration(source, destination, Migration.Plan.of(mode), watch);
        running.set(migration);
        known.countDown();
        return migration;
    }

    @Test
    void aDestinationLostInPrecopyLeavesTheGuestRunningAndCanBeTriedAgain() throws Exception {
        try (TestGuest source = guest(MEMORY_BYTES, false);
                TestGuest destination = guest(MEMORY_BYTES, true)) {
            source.resume();
            WholeMigrationTest.awaitVerified(source, HOT_BLOCKS);
            try (Migration migration = begin(
                    source,
                    destination,
                    MigrationMode.PRECOPY,
                    cutAt(frame -> frame.role() == 1 && frame.round() == 1))) {
                assertThat(migration.sourceFailure()).endsWith("; the guest goes on here as before");
                assertThat(migration.destinationFailure()).endsWith("; the guest never ran here");
            }
            assertThat(source.state()).isEqualTo(GuestState.RUNNING);
            assertThat(destination.state()).isEqualTo(GuestState.INCOMING);
            WholeMigrationTest.awaitVerified(source, source.verified.get() + 2 * HOT_BLOCKS);
            try (Migration migration = begin(source, destination, MigrationMode.HYBRID, _ -> {})) {
                migration.sent();
                migration.received();
            }
            WholeMigrationTest.awaitVerified(destination, source.verified.get() + 2 * HOT_BLOCKS);
            assertThat(source.corruption + destination.corruption).isEmpty();
        }
    }

    @Test
    void aSourceLostAfterTheHandOverLeavesTheGuestPausedAtTheDestination() throws Exception {
        try (TestGuest source = guest(MEMORY_BYTES, false);
                TestGuest destination = guest(MEMORY_BYTES, true)) {
            source.resume();
            WholeMigrationTest.awaitVerified(source, HOT_BLOCKS);
            CountDownLatch started = new CountDownLatch(1);
            try (Migration migration = begin(source, destination, MigrationMode.POSTCOPY, frame -> {
                if (!frame.fromSource() && frame.type() == STARTED) {
                    started.countDown();
                }
                if (frame.fromSource() && frame.role() == 1) {
                    started.await(); // the first pushed frame: the source has heard STARTED
                    known.await();
                    running.get().relay.cut();
                }
            })) {
                assertThat(migration.sourceFailure()).contains("the guest is the destination's", "never resumes");
                assertThat(migration.destinationFailure())
                        .contains("; the guest is held here, because pages of it are still at the source");
            }
            assertThat(source.state()).isEqualTo(GuestState.RELINQUISHED);
            assertThat(destination.state()).isEqualTo(GuestState.PAUSED);
        }
    }

    @Test
    void guestsThatDifferAreToldOnBothSides() throws Exception {
        try (TestGuest source = guest(MEMORY_BYTES, false);
                TestGuest destination = guest(2 * MEMORY_BYTES, true)) {
            source.resume();
            try (Migration migration = begin(source, destination, MigrationMode.HYBRID, _ -> {})) {
                assertThat(migration.sourceFailure())
                        .startsWith("the destination gave up: the guests differ: the source has [region 0 of 16777216")
                        .endsWith("the guest goes on here as before");
                assertThat(migration.destinationFailure())
                        .startsWith("the guests differ: ")
                        .endsWith("; the guest never ran here");
            }
            assertThat(source.state()).isEqualTo(GuestState.RUNNING);
            assertThat(destination.state()).isEqualTo(GuestState.INCOMING);
        }
    }

    @Test
    void aGuestThatRefusesToStartGoesOnAtTheSource() throws Exception {
        try (TestGuest source = guest(MEMORY_BYTES, false);
                TestGuest destination = guest(MEMORY_BYTES, true)) {
            source.resume();
            WholeMigrationTest.awaitVerified(source, HOT_BLOCKS);
            destination.refuseResume = true;
            try (Migration migration = begin(source, destination, MigrationMode.HYBRID, _ -> {})) {
                assertThat(migration.sourceFailure())
                        .isEqualTo("the destination could not start the guest: the machine refuses to run;"
                                + " the guest goes on here as before");
                assertThat(migration.destinationFailure()).endsWith("; it goes on at the source");
            }
            assertThat(destination.state()).isEqualTo(GuestState.RELINQUISHED);
            WholeMigrationTest.awaitVerified(source, source.verified.get() + 2 * HOT_BLOCKS);
            assertThat(source.corruption).isEmpty();
        }
    }

    @Test
    void aLoadThatFailsLeavesAnIncomingGuestThatNeedsNoTelling() throws Exception {
        try (TestGuest source = guest(MEMORY_BYTES, false);
                TestGuest destination = guest(MEMORY_BYTES, true)) {
            source.resume();
            destination.refuseLoad = true;
            try (Migration migration = begin(source, destination, MigrationMode.HYBRID, _ -> {})) {
                assertThat(migration.destinationFailure())
                        .isEqualTo("the device state is of another machine; the guest never ran here");
                assertThat(migration.sourceFailure())
                        .isEqualTo("the destination gave up: the device state is of another machine;"
                                + " the guest goes on here as before");
            }
            assertThat(destination.state()).isEqualTo(GuestState.INCOMING);
            WholeMigrationTest.awaitVerified(source, source.verified.get() + 2 * HOT_BLOCKS);
        }
    }

    @Test
    void aGuestThatWasPausedStaysPausedWhenItsHandOverFails() throws Exception {
        try (TestGuest source = guest(MEMORY_BYTES, false);
                TestGuest destination = guest(MEMORY_BYTES, true)) {
            try (Migration migration = begin(
                    source,
                    destination,
                    MigrationMode.HYBRID,
                    cutAt(frame -> !frame.fromSource() && frame.type() == 8))) {
                assertThat(migration.sourceFailure()).endsWith("; the guest goes on here as before");
            }
            assertThat(source.state()).isEqualTo(GuestState.PAUSED);
        }
    }
}
