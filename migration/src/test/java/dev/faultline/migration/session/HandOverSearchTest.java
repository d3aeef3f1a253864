package dev.faultline.migration.session;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faultline.migration.MigrationMode;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Tries every order of frames, finished work and up to two failures (a cut, silence, a failed worker on either side, a
 * resume that is refused or not answered) and looks after each step for two owners.
 */
class HandOverSearchTest {
    private static final int MAX_FAILURES = 2;

    @ParameterizedTest
    @CsvSource({
        "PRECOPY,true,false",
        "POSTCOPY,true,false",
        "HYBRID,true,false",
        "PRECOPY,false,false",
        "POSTCOPY,false,false",
        "HYBRID,false,false",
        "HYBRID,true,true"
    })
    void noOrderOfEventsGivesTheGuestTwoOwners(MigrationMode mode, boolean running, boolean verify) {
        Set<String> seen = new HashSet<>();
        Set<String> ends = new HashSet<>();
        Deque<List<String>> open = new ArrayDeque<>(List.of(List.of()));
        while (!open.isEmpty()) {
            List<String> path = open.remove();
            SessionPair pair = replay(mode, running, verify, path);
            check(pair, path);
            List<String> steps = pair.steps(MAX_FAILURES);
            if (steps.isEmpty()) {
                checkEnd(pair, path);
                checkAudited(pair, verify, path);
                ends.add(pair.sourceEnds + " / " + pair.destinationEnds);
            }
            for (String step : steps) {
                List<String> next = new ArrayList<>(path);
                next.add(step);
                if (seen.add(replay(mode, running, verify, next).key())) {
                    open.add(next);
                }
            }
        }
        // The search got to the good end and to the two doubtful ones, so it has looked where it matters.
        assertThat(seen).hasSizeGreaterThan(500);
        assertThat(ends).contains(List.of("") + " / " + List.of(""));
        assertThat(ends).anyMatch(end -> end.contains("the hand-over is in doubt, so the guest stays paused here"));
        assertThat(ends).anyMatch(end -> end.contains("the destination could not start the guest"));
    }

    /** As above, with up to two words of an operator at any time, each in place of a failure. */
    @ParameterizedTest
    @EnumSource(MigrationMode.class)
    void noOrderOfAnOperatorGivesTheGuestTwoOwnersOrNone(MigrationMode mode) {
        Set<String> seen = new HashSet<>();
        Set<String> ends = new HashSet<>();
        Deque<List<String>> open = new ArrayDeque<>(List.of(List.of()));
        while (!open.isEmpty()) {
            List<String> path = open.remove();
            SessionPair pair = replayWithRounds(mode, path);
            check(pair, path);
            checkCancelled(pair, path);
            List<String> steps = new ArrayList<>(pair.steps(MAX_FAILURES - pair.orders));
            steps.addAll(pair.orderSteps(MAX_FAILURES - pair.failures));
            if (steps.isEmpty()) {
                if (!pair.cancelled) {
                    checkEnd(pair, path);
                }
                ends.add(String.valueOf(pair.sourceEnds));
            }
            for (String step : steps) {
                List<String> next = new ArrayList<>(path);
                next.add(step);
                if (seen.add(replayWithRounds(mode, next).key())) {
                    open.add(next);
                }
            }
        }
        assertThat(ends).contains(List.of("").toString());
        assertThat(ends).contains("[the operator cancelled the move; the guest goes on here as before]");
    }

    private static SessionPair replayWithRounds(MigrationMode mode, List<String> path) {
        SessionPair pair = new SessionPair(mode, true);
        pair.dirtyRounds = 1;
        path.forEach(pair::take);
        return pair;
    }

    private static void checkCancelled(SessionPair pair, List<String> path) {
        if (pair.cancelled) {
            assertThat(pair.committed).as("committed although %s", path).isFalse();
            assertThat(pair.sourceRuns).as("the source's guest after %s", path).isTrue();
            assertThat(pair.destinationRuns).as("two owners after %s", path).isFalse();
        }
        if (pair.cancelRefused) {
            assertThat(pair.committed).as("refused too early: %s", path).isTrue();
        }
    }

    /** A source that was to verify ends well only when it has. */
    private static void checkAudited(SessionPair pair, boolean verify, List<String> path) {
        if (verify && pair.sourceEnds.equals(List.of(""))) {
            assertThat(pair.compared()).as("audited after %s", path).isEqualTo(SessionPair.MANIFEST_PARTS);
        }
    }

    private static SessionPair replay(MigrationMode mode, boolean running, boolean verify, List<String> path) {
        SessionPair pair = new SessionPair(mode, running, verify);
        path.forEach(pair::take);
        return pair;
    }

    private static void check(SessionPair pair, List<String> path) {
        assertThat(pair.sourceRuns && (pair.destinationRuns || pair.destinationInDoubt))
                .as("two owners after %s", path)
                .isFalse();
        if (!pair.ranAtFirst()) {
            assertThat(pair.sourceRuns || pair.destinationRuns)
                    .as("a paused guest runs after %s", path)
                    .isFalse();
        }
        assertThat(pair.sourceEnds).as("source's ends after %s", path).hasSizeLessThan(2);
        assertThat(pair.destinationEnds).as("destination's ends after %s", path).hasSizeLessThan(2);
        assertThat(pair.destinationNever && pair.destinationRuns)
                .as("a discarded guest runs after %s", path)
                .isFalse();
        if (pair.committed && !pair.abortSeenAfterCommit) {
            assertThat(pair.sourceRuns).as("the source guesses after %s", path).isFalse();
        }
        if (!pair.sourceEnds.isEmpty() && (!pair.committed || pair.abortSeenAfterCommit)) {
            checkGoesOn(pair, path);
        }
        if (pair.isSourceInDoubt()) {
            assertThat(pair.sourceEnds.getFirst())
                    .as("what to do after %s", path)
                    .containsAnyOf("only if it does not, let it run here", "never resumes");
        }
    }

    private static void checkGoesOn(SessionPair pair, List<String> path) {
        // An ABORT from a destination that has started is no proof of the contrary; such a one is never sent.
        if (!pair.sourceEnds.getFirst().contains("never resumes")
                && !pair.sourceEnds.getFirst().contains("in doubt")) {
            assertThat(pair.sourceRuns).as("the source's guest after %s", path).isEqualTo(pair.ranAtFirst());
        }
    }

    private static void checkEnd(SessionPair pair, List<String> path) {
        if (pair.failures == 0) {
            assertThat(pair.sourceEnds).as("source after %s", path).containsExactly("");
            assertThat(pair.destinationEnds).as("destination after %s", path).containsExactly("");
            assertThat(pair.destinationRuns).as("destination's guest").isEqualTo(pair.ranAtFirst());
        }
    }
}
