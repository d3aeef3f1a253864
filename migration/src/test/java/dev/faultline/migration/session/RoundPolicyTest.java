package dev.faultline.migration.session;

import static dev.faultline.migration.Decision.Step.ABORT;
import static dev.faultline.migration.Decision.Step.GO_ON;
import static dev.faultline.migration.Decision.Step.SWITCH;
import static dev.faultline.migration.Decision.Step.THROTTLE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.faultline.migration.Decision;
import dev.faultline.migration.Limits;
import dev.faultline.migration.MigrationMode;
import dev.faultline.migration.OnNoConvergence;
import dev.faultline.migration.RoundSummary;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RoundPolicyTest {
    private static final long MIB = 1 << 20;
    private static final long MILLI = 1_000_000L;

    /** A round that sent 100 MiB in 100 ms, so 1 MiB in a millisecond. */
    private static RoundSummary round(int number, long dirtyBytes) {
        return new RoundSummary(number, 25_600, 100 * MIB, 100 * MILLI, dirtyBytes >> 12, dirtyBytes);
    }

    private static RoundPolicy precopy(int maxRounds, long maxTimeMillis, OnNoConvergence otherwise) {
        return new RoundPolicy(
                MigrationMode.PRECOPY, new Limits(50 * MILLI, maxRounds, maxTimeMillis * MILLI, 0, 0, otherwise));
    }

    private static RoundPolicy hybrid(int maxRounds, long maxTimeMillis) {
        return new RoundPolicy(
                MigrationMode.HYBRID,
                new Limits(50 * MILLI, maxRounds, maxTimeMillis * MILLI, 0, 0, OnNoConvergence.SWITCH));
    }

    /** Each round is 100 ms; what is dirty after each is given in MiB. */
    private static List<Decision> decisions(RoundPolicy policy, String dirtyMib) {
        List<Decision> decisions = new ArrayList<>();
        for (String dirty : dirtyMib.split(" ", -1)) {
            int number = decisions.size();
            long elapsedNanos = (number + 1L) * 100 * MILLI;
            decisions.add(policy.afterRound(round(number, Long.parseLong(dirty) * MIB), elapsedNanos));
        }
        return decisions;
    }

    private static String last(RoundPolicy policy, String dirtyMib) {
        List<Decision> decisions = decisions(policy, dirtyMib);
        assertThat(decisions.subList(0, decisions.size() - 1)).allMatch(decision -> decision.step() == GO_ON);
        return decisions.getLast().step().name();
    }

    @ParameterizedTest
    @CsvSource({
        "1, SWITCH", // little is dirty
        "2, GO_ON",
        "100 74, GO_ON",
        "100 76, SWITCH", // not a quarter less
        "100 74 56, SWITCH",
        "64 32 16 8, SWITCH" // the fourth is the last
    })
    void hybridGoesOnWhileThatPays(String dirtyMib, String then) {
        assertThat(last(hybrid(4, 0), dirtyMib)).isEqualTo(then);
    }

    @ParameterizedTest
    @CsvSource({
        "40, SWITCH", // and 10 ms for the rest of the hand-over
        "41, GO_ON",
        "100 100 100, GO_ON",
        "100 100 40, SWITCH"
    })
    void precopyHandsOverWhenTheRestGoesInTheDowntime(String dirtyMib, String then) {
        assertThat(last(precopy(4, 0, OnNoConvergence.ABORT), dirtyMib)).isEqualTo(then);
    }

    @ParameterizedTest
    @CsvSource({"SWITCH, SWITCH", "ABORT, ABORT"})
    void atTheLimitsPrecopyDoesWhatItWasTold(OnNoConvergence otherwise, String then) {
        assertThat(last(precopy(4, 0, otherwise), "100 100 100 100")).isEqualTo(then);
        assertThat(last(precopy(12, 300, otherwise), "100 100 100")).isEqualTo(then);
    }

    @Test
    void hybridHandsOverWhenItsTimeIsUp() {
        assertThat(last(hybrid(6, 200), "100 50")).isEqualTo("SWITCH");
    }

    @Test
    void throttlingBeginsWithTheFirstRoundThatDoesNotShrinkAndGrowsUntilOneDoes() {
        List<Decision> decisions = decisions(precopy(12, 0, OnNoConvergence.THROTTLE), "100 100 100 60 60 30");
        assertThat(decisions)
                .extracting(Decision::step)
                .containsExactly(GO_ON, THROTTLE, THROTTLE, GO_ON, THROTTLE, SWITCH);
        assertThat(decisions).extracting(Decision::throttlePercent).containsExactly(0, 20, 50, 50, 70, 70);
    }

    @Test
    void aGuestThatIsTooFastEvenThrottledStaysWhereItIs() {
        String same = "100 ".repeat(12).strip();
        List<Decision> decisions = decisions(precopy(12, 0, OnNoConvergence.THROTTLE), same);
        assertThat(decisions.getLast().step()).isEqualTo(ABORT);
        assertThat(decisions.getLast().throttlePercent()).isEqualTo(99);
        assertThat(decisions.getLast().reason())
                .isEqualTo("the limit of 12 rounds has come, and the estimated downtime is over the limit of 50.00 ms"
                        + " although the guest was throttled by 99 %");
    }

    @Test
    void aDecisionHasItsNumbers() {
        Decision decision = precopy(12, 0, OnNoConvergence.SWITCH).afterRound(round(0, 200 * MIB), 123 * MILLI);
        assertThat(decision)
                .isEqualTo(new Decision(
                        GO_ON,
                        0,
                        0,
                        200 * MIB,
                        2000 * MIB,
                        1000 * MIB,
                        210 * MILLI,
                        123 * MILLI,
                        "the estimated downtime is over the limit of 50.00 ms"));
    }

    @Test
    void aRoundThatSentNothingPromisesNothing() {
        RoundPolicy policy = precopy(12, 0, OnNoConvergence.SWITCH);
        Decision unknown = policy.afterRound(new RoundSummary(0, 0, 0, 0, 25_600, 100 * MIB), 0);
        assertThat(unknown.step()).isEqualTo(GO_ON);
        assertThat(unknown.downtimeNanos()).isEqualTo(Long.MAX_VALUE);
        assertThat(policy.afterRound(new RoundSummary(1, 0, 0, 0, 256, MIB), 0).step())
                .isEqualTo(SWITCH);
    }

    /** A slow link: what takes long to send is not few. */
    @Test
    void littleIsMeasuredByTheThroughputOnceThatIsKnown() {
        RoundPolicy policy = precopy(12, 0, OnNoConvergence.SWITCH);
        policy.afterRound(new RoundSummary(0, 512, 2 * MIB, 2_000 * MILLI, 256, MIB), 0);
        Decision slow = policy.afterRound(new RoundSummary(1, 256, MIB, 1_000 * MILLI, 256, MIB), 0);
        assertThat(slow.step()).isEqualTo(GO_ON);
        assertThat(slow.downtimeNanos()).isEqualTo(1_010 * MILLI);
    }

    @Test
    void aHeldRoundTellsNothingButCounts() {
        RoundPolicy policy = precopy(2, 0, OnNoConvergence.ABORT);
        Decision held = policy.afterHeldRound(round(0, 10 * MIB), 0);
        assertThat(held.step()).isEqualTo(GO_ON);
        assertThat(held.sentBytesPerSecond()).isZero();
        assertThat(policy.afterHeldRound(round(1, 10 * MIB), 0).step()).isEqualTo(ABORT);
    }
}
