package dev.faultline.migration.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faultline.migration.Decision;
import dev.faultline.migration.Decision.Step;
import dev.faultline.migration.Limits;
import dev.faultline.migration.MigrationMode;
import dev.faultline.migration.MigrationProgress;
import dev.faultline.migration.OnNoConvergence;
import dev.faultline.migration.OperatorAnswer;
import dev.faultline.migration.OperatorOrder;
import dev.faultline.migration.guest.GuestState;
import dev.faultline.migration.source.SourceReport;
import dev.faultline.testing.KernelFeature;
import dev.faultline.testing.RequiresUffd;
import dev.faultline.uffd.memory.PageSize;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A guest that writes faster than it is sent, and what limits and an operator do about it. */
@Timeout(90)
@RequiresUffd(KernelFeature.WP_ASYNC)
class OperatorTest {
    private static final long MEMORY_BYTES = 16L << 20;
    private static final int HOT_BLOCKS = 4000;
    private static final long MILLI = 1_000_000L;
    /** The guest goes over all of its blocks in a fraction of the time that a round then takes. */
    private static final long RATE = 100_000_000;

    private final TestGuest source = new TestGuest(MEMORY_BYTES, PageSize.SIZE_4K, HOT_BLOCKS, 0, false);
    private final TestGuest destination = new TestGuest(MEMORY_BYTES, PageSize.SIZE_4K, HOT_BLOCKS, 0, true);

    private interface Case {
        void run(Migration migration) throws Exception;
    }

    private void migrate(MigrationMode mode, Limits limits, Case test) throws Exception {
        try (source;
                destination) {
            source.resume();
            WholeMigrationTest.awaitVerified(source, 2 * HOT_BLOCKS);
            Migration.Plan plan = Migration.Plan.of(mode).within(limits);
            try (Migration migration = new Migration(source, destination, plan, _ -> {})) {
                test.run(migration);
            }
            assertThat(source.corruption + destination.corruption).isEmpty();
        }
    }

    private static Limits precopy(int maxRounds, OnNoConvergence otherwise) {
        return new Limits(30 * MILLI, maxRounds, 0, RATE, 0, otherwise);
    }

    private void assertItGoesOnHere() throws InterruptedException {
        assertThat(source.state()).isEqualTo(GuestState.RUNNING);
        assertThat(source.throttlePercent).isZero();
        assertThat(destination.state()).isEqualTo(GuestState.INCOMING);
        WholeMigrationTest.awaitVerified(source, source.verified.get() + 2 * HOT_BLOCKS);
    }

    private void assertItIsThere() throws InterruptedException {
        assertThat(source.state()).isEqualTo(GuestState.RELINQUISHED);
        WholeMigrationTest.awaitVerified(destination, source.verified.get() + 2 * HOT_BLOCKS);
    }

    @Test
    void precopyThatDoesNotConvergeIsGivenUpIfThatWasAskedFor() throws Exception {
        migrate(MigrationMode.PRECOPY, precopy(3, OnNoConvergence.ABORT), migration -> {
            assertThat(migration.sourceFailure())
                    .isEqualTo(
                            "pre-copy does not converge: the limit of 3 rounds has come, and the estimated downtime is"
                                    + " over the limit of 30.00 ms; the guest goes on here as before");
            assertThat(migration.destinationFailure()).contains("pre-copy does not converge");
            assertItGoesOnHere();
            assertThat(migration.decisions)
                    .extracting(Decision::step)
                    .containsExactly(Step.GO_ON, Step.GO_ON, Step.GO_ON, Step.ABORT);
            assertThat(migration.decisions.getLast().downtimeNanos()).isGreaterThan(30 * MILLI);
        });
    }

    @Test
    void precopyHandsOverAllTheSameIfThatWasAskedFor() throws Exception {
        migrate(MigrationMode.PRECOPY, precopy(2, OnNoConvergence.SWITCH), migration -> {
            assertThat(migration.sent().rounds()).hasSize(2);
            migration.received();
            assertItIsThere();
        });
    }

    @Test
    void aThrottledGuestConverges() throws Exception {
        migrate(MigrationMode.PRECOPY, precopy(30, OnNoConvergence.THROTTLE), migration -> {
            SourceReport report = migration.sent();
            migration.received();
            assertThat(report.decisions()).isEqualTo(migration.decisions);
            assertThat(report.decisions()).extracting(Decision::step).contains(Step.THROTTLE);
            assertThat(report.decisions().getLast().step()).isEqualTo(Step.SWITCH);
            assertThat(report.decisions().getLast().throttlePercent()).isPositive();
            assertThat(source.throttlePercent).isZero();
            assertItIsThere();
        });
    }

    @Test
    void throttlingEndsWhenTheMoveIsGivenUp() throws Exception {
        Limits never = new Limits(1, 4, 0, RATE, 0, OnNoConvergence.THROTTLE);
        migrate(MigrationMode.PRECOPY, never, migration -> {
            assertThat(migration.sourceFailure()).contains("although the guest was throttled by 50 %");
            assertItGoesOnHere();
        });
    }

    /** So slow that a round would take minutes. */
    private static Limits slow() {
        return new Limits(30 * MILLI, 10, 0, 100_000, 0, OnNoConvergence.SWITCH);
    }

    @Test
    void aHeldMoveSendsNothingAndAHandOverCutsItsRoundShort() throws Exception {
        migrate(MigrationMode.HYBRID, slow(), migration -> {
            migration.await(now -> now.bytes() > 0);
            assertThat(migration.order(OperatorOrder.PAUSE).accepted()).isTrue();
            MigrationProgress held = migration.await(now -> now.phase().equals("held"));
            WholeMigrationTest.awaitVerified(source, source.verified.get() + 2 * HOT_BLOCKS);
            MigrationProgress later = migration.await(now -> now.elapsedNanos() > held.elapsedNanos() + 3_000 * MILLI);
            assertThat(later.bytes()).isEqualTo(held.bytes());
            assertThat(migration.order(OperatorOrder.RESUME).accepted()).isTrue();
            migration.await(now -> now.bytes() > held.bytes());
            assertThat(migration.order(OperatorOrder.SWITCH_OVER).text()).contains("cut short");
            SourceReport report = migration.sent();
            migration.received();
            assertThat(report.rounds()).hasSize(1);
            assertThat(report.rounds().getFirst().sentPages()).isLessThan(HOT_BLOCKS / 2);
            assertThat(report.decisions().getLast().reason()).isEqualTo("the operator asked for the hand-over");
            assertItIsThere();
        });
    }

    @Test
    void aCancelledMoveLeavesTheGuestWhereItWas() throws Exception {
        migrate(MigrationMode.HYBRID, slow(), migration -> {
            migration.await(now -> now.bytes() > 0);
            assertThat(migration.order(OperatorOrder.PAUSE).accepted()).isTrue();
            assertThat(migration.order(OperatorOrder.CANCEL).accepted()).isTrue();
            assertThat(migration.sourceFailure())
                    .isEqualTo("the operator cancelled the move; the guest goes on here as before");
            assertThat(migration.destinationFailure()).contains("the operator cancelled the move");
            assertItGoesOnHere();
            assertThat(migration.order(OperatorOrder.CANCEL))
                    .isEqualTo(new OperatorAnswer(false, "the move is over, or connecting again"));
        });
    }

    @Test
    void aMoveThatWasHandedOverCannotBeCancelled() throws Exception {
        Limits slowPush = new Limits(30 * MILLI, 1, 0, 0, 10_000_000, OnNoConvergence.SWITCH);
        migrate(MigrationMode.POSTCOPY, slowPush, migration -> {
            migration.await(now -> now.phase().equals("push"));
            assertThat(migration.order(OperatorOrder.CANCEL))
                    .isEqualTo(new OperatorAnswer(false, "the guest runs on the destination already"));
            assertThat(migration.order(OperatorOrder.PAUSE).accepted()).isFalse();
            migration.sent();
            migration.received();
            assertItIsThere();
        });
    }
}
