package dev.faultline.migration.session;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faultline.migration.MigrationMode;
import dev.faultline.migration.RoundSummary;
import org.junit.jupiter.api.Test;

class RoundPolicyTest {
    private static final long MIB = 1 << 20;

    /** A round that sent 100 MiB in 100 ms, so 1 GiB/s or so. */
    private static RoundSummary round(int number, long dirtyBytes) {
        return new RoundSummary(number, 25_600, 100 * MIB, 100_000_000L, dirtyBytes >> 12, dirtyBytes);
    }

    @Test
    void hybridStopsWhenLittleIsDirty() {
        assertThat(new RoundPolicy(MigrationMode.HYBRID).stopsAfter(round(0, MIB)))
                .isTrue();
        assertThat(new RoundPolicy(MigrationMode.HYBRID).stopsAfter(round(0, 2 * MIB)))
                .isFalse();
    }

    @Test
    void hybridStopsWhenARoundShrinksNothingByAQuarter() {
        RoundPolicy policy = new RoundPolicy(MigrationMode.HYBRID);
        assertThat(policy.stopsAfter(round(0, 100 * MIB))).isFalse();
        assertThat(policy.stopsAfter(round(1, 74 * MIB))).isFalse();
        assertThat(policy.stopsAfter(round(2, 56 * MIB))).isTrue();
    }

    @Test
    void hybridNeverSendsMoreThanItsRounds() {
        RoundPolicy policy = new RoundPolicy(MigrationMode.HYBRID);
        long dirty = 1L << 40;
        for (int number = 0; number < RoundPolicy.MAX_HYBRID_ROUNDS - 1; number++) {
            assertThat(policy.stopsAfter(round(number, dirty))).isFalse();
            dirty /= 2;
        }
        assertThat(policy.stopsAfter(round(RoundPolicy.MAX_HYBRID_ROUNDS - 1, dirty)))
                .isTrue();
    }

    @Test
    void precopyStopsWhenTheRestGoesInTheGoodDowntime() {
        assertThat(new RoundPolicy(MigrationMode.PRECOPY).stopsAfter(round(0, 50 * MIB)))
                .isTrue();
        assertThat(new RoundPolicy(MigrationMode.PRECOPY).stopsAfter(round(0, 51 * MIB)))
                .isFalse();
    }

    @Test
    void precopyGivesUpHopingAtLast() {
        RoundPolicy policy = new RoundPolicy(MigrationMode.PRECOPY);
        for (int number = 0; number < RoundPolicy.MAX_PRECOPY_ROUNDS - 1; number++) {
            assertThat(policy.stopsAfter(round(number, 100 * MIB))).isFalse();
        }
        assertThat(policy.stopsAfter(round(RoundPolicy.MAX_PRECOPY_ROUNDS - 1, 100 * MIB)))
                .isTrue();
    }

    @Test
    void aRoundThatSentNothingPromisesNothing() {
        RoundSummary empty = new RoundSummary(0, 0, 0, 0, 25_600, 100 * MIB);
        assertThat(new RoundPolicy(MigrationMode.PRECOPY).stopsAfter(empty)).isFalse();
    }
}
