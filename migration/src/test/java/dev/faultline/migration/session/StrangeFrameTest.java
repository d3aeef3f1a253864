package dev.faultline.migration.session;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faultline.migration.MigrationMode;
import dev.faultline.migration.wire.Frame;
import dev.faultline.migration.wire.FrameType;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A frame that has no business fails the session with a sentence, whenever it comes; nothing is thrown. */
class StrangeFrameTest {
    private static final Set<FrameType> ALWAYS_FINE = EnumSet.of(FrameType.PING, FrameType.ABORT);

    @ParameterizedTest
    @EnumSource(MigrationMode.class)
    void everyStateOfTheSourceSurvivesEveryFrame(MigrationMode mode) {
        for (FrameType type : FrameType.values()) {
            for (int length = 0; length < length(mode); length++) {
                SessionPair pair = after(mode, length);
                boolean expected = pair.sourceExpects().equals(Optional.of(type));
                boolean over = !pair.sourceEnds.isEmpty();
                pair.sourceGets(Frame.of(type));
                if (!expected && !over && !ALWAYS_FINE.contains(type)) {
                    assertSentence(pair.sourceEnds, type, length);
                    assertThat(pair.sourceEnds.getFirst()).startsWith("the destination sent " + type + " in state ");
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource(MigrationMode.class)
    void everyStateOfTheDestinationSurvivesEveryFrame(MigrationMode mode) {
        for (FrameType type : FrameType.values()) {
            for (int length = 0; length < length(mode); length++) {
                SessionPair pair = after(mode, length);
                boolean over = !pair.destinationEnds.isEmpty();
                boolean expected =
                        type != FrameType.OFFER && pair.destinationExpects().equals(Optional.of(type));
                pair.destinationGets(Frame.of(type));
                if (!expected && !over && !ALWAYS_FINE.contains(type)) {
                    assertSentence(pair.destinationEnds, type, length);
                    assertThat(pair.destinationEnds.getFirst())
                            .containsAnyOf(
                                    "the source sent " + type + " in state ",
                                    "the peer's offer has 0 bytes",
                                    "run 'faultline resume' here");
                }
            }
        }
    }

    private static void assertSentence(List<String> ends, FrameType type, int length) {
        assertThat(ends).as("%s after %d steps", type, length).hasSize(1);
        assertThat(ends.getFirst()).contains("the guest ").doesNotContain("Exception");
    }

    private static int length(MigrationMode mode) {
        SessionPair pair = new SessionPair(mode, true);
        int steps = 0;
        while (!pair.steps(0).isEmpty()) {
            pair.take(pair.steps(0).getFirst());
            steps++;
        }
        return steps + 1;
    }

    private static SessionPair after(MigrationMode mode, int steps) {
        SessionPair pair = new SessionPair(mode, true);
        for (int i = 0; i < steps; i++) {
            pair.take(pair.steps(0).getFirst());
        }
        return pair;
    }
}
