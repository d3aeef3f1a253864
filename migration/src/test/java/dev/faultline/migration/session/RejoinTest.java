package dev.faultline.migration.session;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faultline.migration.journal.Phase;
import dev.faultline.migration.wire.Frame;
import dev.faultline.migration.wire.FrameType;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A destination that goes on with a move, and whose machine refuses to run. */
class RejoinTest {
    private static List<DestinationAction> refusedAfter(Phase left) {
        DestinationSession session = DestinationSession.rejoining(SessionPair.OFFER, left, true, false, 0);
        session.onFrame(Frame.of(FrameType.RESUME), 0);
        session.onArmed();
        if (left == Phase.PREPARED) {
            session.onFrame(Frame.of(FrameType.COMMIT), 0);
        }
        return session.onResumeFailed("it is told to", true);
    }

    @Test
    void aGuestThatHasRunIsNotGivenBack() {
        assertThat(refusedAfter(Phase.RUNNING))
                .noneMatch(DestinationAction.Send.class::isInstance)
                .anySatisfy(action -> assertThat(action)
                        .isInstanceOfSatisfying(
                                DestinationAction.Finish.class,
                                finish -> assertThat(finish.settled()).isFalse()));
    }

    @Test
    void aGuestThatHasNotRunGoesOnAtTheSource() {
        assertThat(refusedAfter(Phase.PREPARED))
                .anySatisfy(action -> assertThat(action)
                        .isInstanceOfSatisfying(
                                DestinationAction.Send.class,
                                send -> assertThat(send.frame().type()).isEqualTo(FrameType.ABORT)))
                .anySatisfy(action -> assertThat(action)
                        .isInstanceOfSatisfying(
                                DestinationAction.Finish.class,
                                finish -> assertThat(finish.settled()).isTrue()));
    }
}
