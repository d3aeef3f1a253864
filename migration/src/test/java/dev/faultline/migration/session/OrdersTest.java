package dev.faultline.migration.session;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faultline.migration.Limits;
import dev.faultline.migration.MigrationMode;
import dev.faultline.migration.OnNoConvergence;
import dev.faultline.migration.OperatorOrder;
import dev.faultline.migration.RoundSummary;
import dev.faultline.migration.wire.Frame;
import dev.faultline.migration.wire.FrameType;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The clock and the operator while rounds are sent. */
class OrdersTest {
    private static final long SECOND = 1_000_000_000L;
    private static final RoundSummary DIRTY = new RoundSummary(0, 1, 100 << 20, SECOND / 10, 25_600, 100 << 20);

    private static SourceSession copying(MigrationMode mode, OnNoConvergence otherwise) {
        Limits limits = new Limits(SECOND / 100, 9, 10 * SECOND, 0, 0, otherwise);
        SourceSession session = new SourceSession(mode, new RoundPolicy(mode, limits), 0, false);
        session.start(SessionPair.OFFER, false, 0);
        session.onFrame(Frame.of(FrameType.ACCEPT), SECOND);
        assertThat(kinds(session.onTracking(2 * SECOND))).containsExactly("Note", "SendRound");
        return session;
    }

    private static List<String> kinds(List<SourceAction> actions) {
        return actions.stream()
                .filter(action -> !(action instanceof SourceAction.Send))
                .map(action -> action.getClass().getSimpleName())
                .toList();
    }

    /** What is done at a time at which the destination has just been heard. */
    private static List<String> at(long nanos, SourceSession session) {
        session.onFrame(Frame.of(FrameType.PING), nanos);
        return kinds(session.onTick(nanos));
    }

    private static SourceSession standing(MigrationMode mode) {
        SourceSession session = new SourceSession(mode, new RoundPolicy(mode, Limits.of(mode)), 0, false);
        session.standBy();
        session.start(SessionPair.OFFER, false, 0);
        return session;
    }

    @ParameterizedTest
    @EnumSource
    void aMoveThatStandsByBeginsWhenItIsToldTo(MigrationMode mode) {
        SourceSession session = standing(mode);
        assertThat(kinds(session.onFrame(Frame.of(FrameType.ACCEPT), SECOND))).containsExactly("StandBy");
        assertThat(at(50 * SECOND, session)).isEmpty();
        assertThat(session.onOperator(OperatorOrder.SWITCH_OVER, 50 * SECOND).answer())
                .matches(answer -> !answer.accepted() && answer.text().contains("'resume' begins it"));
        assertThat(session.onOperator(OperatorOrder.PAUSE, 50 * SECOND).actions())
                .isEmpty();
        assertThat(kinds(session.onOperator(OperatorOrder.RESUME, 51 * SECOND).actions()))
                .containsExactly("Begin", mode == MigrationMode.POSTCOPY ? "Pause" : "Track");
        assertThat(session.onOperator(OperatorOrder.RESUME, 52 * SECOND)
                        .answer()
                        .accepted())
                .as("once")
                .isFalse();
    }

    @Test
    void aMoveThatIsToldToBeginBeforeItIsReadyDoesNotStandBy() {
        SourceSession session = standing(MigrationMode.HYBRID);
        assertThat(session.onOperator(OperatorOrder.RESUME, 1).actions()).isEmpty();
        assertThat(kinds(session.onFrame(Frame.of(FrameType.ACCEPT), SECOND))).containsExactly("Track");
    }

    @Test
    void aMoveThatStandsByCanBeGivenUp() {
        SourceSession session = standing(MigrationMode.HYBRID);
        session.onFrame(Frame.of(FrameType.ACCEPT), SECOND);
        List<SourceAction> actions =
                session.onOperator(OperatorOrder.CANCEL, 2 * SECOND).actions();
        assertThat(kinds(actions)).containsExactly("Release", "Finish");
        assertThat(session.onOperator(OperatorOrder.RESUME, 3 * SECOND).answer().accepted())
                .isFalse();
    }

    @Test
    void hybridCutsItsRoundShortWhenTheTimeIsUp() {
        SourceSession session = copying(MigrationMode.HYBRID, OnNoConvergence.SWITCH);
        assertThat(at(10 * SECOND, session)).isEmpty();
        assertThat(at(11 * SECOND, session)).containsExactly("CutRound");
        assertThat(at(12 * SECOND, session)).isEmpty();
        assertThat(kinds(session.onRound(DIRTY, 12 * SECOND))).containsExactly("Note", "Pause");
    }

    @Test
    void precopyEndsItsRoundFirst() {
        SourceSession session = copying(MigrationMode.PRECOPY, OnNoConvergence.SWITCH);
        assertThat(at(11 * SECOND, session)).isEmpty();
        assertThat(kinds(session.onRound(DIRTY, 12 * SECOND))).containsExactly("Note", "Pause");
    }

    @Test
    void precopyThatIsToBeGivenUpIsGivenUpAtOnce() {
        SourceSession session = copying(MigrationMode.PRECOPY, OnNoConvergence.ABORT);
        assertThat(at(11 * SECOND, session)).containsExactly("Note", "Release", "Finish");
    }

    @Test
    void theTimeThatAnOperatorHoldsItDoesNotCount() {
        SourceSession session = copying(MigrationMode.HYBRID, OnNoConvergence.SWITCH);
        session.onOperator(OperatorOrder.PAUSE, 3 * SECOND);
        assertThat(at(50 * SECOND, session)).isEmpty();
        session.onOperator(OperatorOrder.RESUME, 50 * SECOND);
        assertThat(at(57 * SECOND, session)).isEmpty();
        assertThat(at(58 * SECOND, session)).containsExactly("CutRound");
    }

    @Test
    void aRoundThatEndsWhileItIsHeldIsFollowedByNothing() {
        SourceSession session = copying(MigrationMode.HYBRID, OnNoConvergence.SWITCH);
        session.onOperator(OperatorOrder.PAUSE, 3 * SECOND);
        assertThat(kinds(session.onRound(DIRTY, 4 * SECOND))).isEmpty();
        assertThat(kinds(session.onOperator(OperatorOrder.RESUME, 5 * SECOND).actions()))
                .containsExactly("Hold", "Note", "SendRound");
    }

    @Test
    void anOrderToHandOverEndsTheHoldToo() {
        SourceSession session = copying(MigrationMode.HYBRID, OnNoConvergence.SWITCH);
        session.onOperator(OperatorOrder.PAUSE, 3 * SECOND);
        session.onRound(DIRTY, 4 * SECOND);
        assertThat(kinds(session.onOperator(OperatorOrder.SWITCH_OVER, 5 * SECOND)
                        .actions()))
                .containsExactly("CutRound", "Hold", "Note", "Pause");
    }

    @Test
    void thereIsNothingToResumeIfNothingIsHeld() {
        SourceSession session = copying(MigrationMode.HYBRID, OnNoConvergence.SWITCH);
        assertThat(session.onOperator(OperatorOrder.RESUME, 3 * SECOND).answer().accepted())
                .isFalse();
    }
}
