package dev.faultline.migration.session;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faultline.migration.AuditReport;
import dev.faultline.migration.Limits;
import dev.faultline.migration.MigrationMode;
import dev.faultline.migration.journal.Phase;
import dev.faultline.migration.wire.Frame;
import dev.faultline.migration.wire.FrameType;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Kills an engine, or cuts the connections, after every order of events; then has the successors agree, by what was
 * written down, in every order and with one more cut. There is never a second owner, and in the end there is one.
 */
class ResumeSearchTest {
    @ParameterizedTest
    @EnumSource(MigrationMode.class)
    void successorsAgreeOnOneOwner(MigrationMode mode) {
        explore(mode, false);
    }

    /** Also when one of them has heard the last of the audit and the other has not. */
    @ParameterizedTest
    @EnumSource(MigrationMode.class)
    void successorsOfAnAuditedMoveAgreeOnOneOwner(MigrationMode mode) {
        Set<String> left = explore(mode, true);
        assertThat(left).anyMatch(text -> text.startsWith("SERVING, RUNNING") && text.endsWith("audited"));
    }

    private static Set<String> explore(MigrationMode mode, boolean verify) {
        Set<String> left = new HashSet<>();
        for (SessionPair end : everyEnd(mode, verify)) {
            Left what = new Left(
                    end.sourcePhase(),
                    end.destinationPhase(),
                    end.sourceRuns,
                    end.destinationRuns,
                    end.destinationNever,
                    verify,
                    end.compared() == SessionPair.MANIFEST_PARTS);
            if (left.add(what.toString())) {
                resumeInEveryWay(what);
            }
        }
        // The search met what a crash leaves around the hand-over.
        assertThat(left)
                .anyMatch(text -> text.contains("COMMITTED, PREPARED"))
                .anyMatch(text -> text.contains("COMMITTED, NEVER"))
                .anyMatch(text -> text.contains("COMMITTED, RUNNING"))
                .anyMatch(text -> text.contains("SERVING, RUNNING"))
                .anyMatch(text -> text.contains("SERVING, COMPLETE"))
                .anyMatch(text -> text.contains("PAUSED, PREPARED"))
                .anyMatch(text -> text.contains("-, PREPARED"));
        return left;
    }

    /** {@return pairs of which both engines have ended, each by itself or killed} */
    private static List<SessionPair> everyEnd(MigrationMode mode, boolean verify) {
        Set<String> seen = new HashSet<>();
        List<SessionPair> ends = new ArrayList<>();
        Deque<List<String>> open = new ArrayDeque<>(List.of(List.of()));
        while (!open.isEmpty()) {
            List<String> path = open.remove();
            SessionPair pair = replay(mode, verify, path);
            List<String> steps = new ArrayList<>(pair.steps(0));
            if (pair.failures < 2) {
                steps.addAll(List.of("kill source", "kill destination", "cut"));
            }
            if (pair.failures > 0 && !pair.hasEnded()) {
                steps.add("the rest notices");
            }
            if (pair.hasEnded()) {
                ends.add(pair);
                if (!pair.isWaitingForTheSource()) {
                    continue;
                }
                steps = List.of("the destination waits no longer");
            }
            for (String step : steps) {
                List<String> next = new ArrayList<>(path);
                next.add(step);
                if (seen.add(replay(mode, verify, next).key())) {
                    open.add(next);
                }
            }
        }
        return ends;
    }

    private static SessionPair replay(MigrationMode mode, boolean verify, List<String> path) {
        SessionPair pair = new SessionPair(mode, true, verify);
        path.forEach(pair::take);
        return pair;
    }

    /** What two engines have left behind. */
    private record Left(
            Optional<Phase> source,
            Optional<Phase> destination,
            boolean sourceRuns,
            boolean destinationRuns,
            boolean destinationNever,
            boolean verify,
            boolean audited) {
        @Override
        public String toString() {
            return source.map(Phase::name).orElse("-") + ", "
                    + destination.map(Phase::name).orElse("-") + ", " + sourceRuns + destinationRuns
                    + destinationNever + (audited ? " audited" : "");
        }
    }

    private static void resumeInEveryWay(Left left) {
        Deque<List<String>> open = new ArrayDeque<>(List.of(List.of()));
        Set<String> seen = new HashSet<>();
        while (!open.isEmpty()) {
            List<String> path = open.remove();
            Resumed resumed = new Resumed(left);
            path.forEach(resumed::take);
            assertThat(resumed.sourceRuns && resumed.destinationRuns)
                    .as("two owners after %s and %s", left, path)
                    .isFalse();
            List<String> steps = resumed.steps();
            if (steps.isEmpty()) {
                assertThat(resumed.sourceRuns ^ resumed.destinationRuns)
                        .as("one owner after %s and %s", left, path)
                        .isTrue();
                assertThat(resumed.sourcePhase)
                        .as("left after %s and %s", left, path)
                        .isEmpty();
            }
            for (String step : steps) {
                List<String> next = new ArrayList<>(path);
                next.add(step);
                Resumed after = new Resumed(left);
                next.forEach(after::take);
                if (seen.add(after.key())) {
                    open.add(next);
                }
            }
        }
    }

    /** Both successors: they connect when both have something to say, and once the connection is cut on the way. */
    private static final class Resumed {
        Optional<Phase> sourcePhase;
        private Optional<Phase> destinationPhase;
        boolean sourceRuns;
        boolean destinationRuns;
        private final boolean verify;
        private boolean audited;
        private int manifestSent;
        private int manifestCompared;
        private boolean wasCut;
        private final List<String> history = new ArrayList<>();
        private final Deque<Frame> toSource = new ArrayDeque<>();
        private final Deque<Frame> toDestination = new ArrayDeque<>();
        private @Nullable SourceSession source;
        private @Nullable DestinationSession destination;

        Resumed(Left left) {
            sourcePhase = left.source;
            destinationPhase = left.destination;
            sourceRuns = left.sourceRuns;
            destinationRuns = left.destinationRuns;
            verify = left.verify;
            audited = left.audited;
        }

        List<String> steps() {
            List<String> steps = new ArrayList<>();
            if (!toSource.isEmpty()) {
                steps.add("to source");
            }
            if (!toDestination.isEmpty()) {
                steps.add("to destination");
            }
            boolean connected = source != null || destination != null;
            if (connected && !wasCut) {
                steps.add("cut");
            }
            if (steps.isEmpty() && sourcePhase.isPresent()) {
                steps.add("both resume");
            }
            return steps;
        }

        void take(String step) {
            history.add(step);
            switch (step) {
                case "to source" -> onSource(Objects.requireNonNull(source).onFrame(toSource.remove(), 0));
                case "to destination" -> destinationGets(toDestination.remove());
                case "cut" -> cut();
                default -> begin();
            }
        }

        private void cut() {
            wasCut = true;
            if (source != null) {
                onSource(source.onFailure("cut"));
            }
            if (destination != null) {
                onDestination(destination.onDisconnected("cut"));
            }
            source = null;
            destination = null;
            toSource.clear();
            toDestination.clear();
        }

        /** What the source's journal says of it. */
        private AuditReport audit() {
            if (!verify) {
                return AuditReport.NONE;
            }
            return audited ? new AuditReport(true, 1, 0, "", 0, 0) : AuditReport.ASKED;
        }

        private void compare() {
            manifestCompared++;
            audited |= manifestCompared == SessionPair.MANIFEST_PARTS;
            onSource(Objects.requireNonNull(source)
                    .onAudited(
                            new AuditReport(true, manifestCompared, 0, "", 0, 0),
                            manifestCompared == SessionPair.MANIFEST_PARTS));
        }

        private void sendManifest(int parts) {
            for (int i = 0; i < parts && manifestSent < SessionPair.MANIFEST_PARTS; i++) {
                manifestSent++;
                if (source != null) {
                    toSource.add(Frame.of(FrameType.MANIFEST));
                }
            }
        }

        private void begin() {
            manifestSent = 0;
            manifestCompared = 0;
            Phase phase = sourcePhase.orElseThrow();
            if (destinationPhase
                    .filter(left -> left.compareTo(Phase.PREPARED) >= 0)
                    .isPresent()) {
                destination = DestinationSession.rejoining(SessionPair.OFFER, destinationPhase.get(), true, verify, 0);
            } else {
                destinationPhase = Optional.empty(); // given up: its guest never ran
                destination = null;
            }
            if (phase.compareTo(Phase.COMMITTED) < 0) {
                sourceRuns = true;
                sourcePhase = Optional.empty();
                source = null;
                send(new Frame(FrameType.RESUME, Frame.FLAG_TAKEN_BACK, 0, 0, 0, 0, new byte[0]));
            } else {
                source = new SourceSession(
                        MigrationMode.HYBRID,
                        new RoundPolicy(MigrationMode.HYBRID, Limits.of(MigrationMode.HYBRID)),
                        0,
                        false);
                onSource(source.resume(phase == Phase.SERVING, true, audit(), 0));
            }
        }

        private void send(Frame frame) {
            if (destination != null) {
                toDestination.add(frame);
            }
        }

        private void destinationGets(Frame frame) {
            if (destination != null) {
                onDestination(destination.onFrame(frame, 0));
            }
        }

        private void onSource(List<SourceAction> actions) {
            for (SourceAction action : actions) {
                switch (action) {
                    case SourceAction.Send send -> {
                        if (send.frame().type() == FrameType.COMMIT) {
                            sourcePhase = Optional.of(Phase.COMMITTED);
                        }
                        send(send.frame());
                    }
                    case SourceAction.Audit _ -> compare();
                    case SourceAction.Push _ -> sourcePhase = Optional.of(Phase.SERVING);
                    case SourceAction.Release release -> {
                        sourceRuns |= release.resume();
                        if (release.settled()) {
                            sourcePhase = Optional.empty();
                        }
                    }
                    default -> {}
                }
            }
        }

        private void onDestination(List<DestinationAction> actions) {
            for (DestinationAction action : actions) {
                if (destination == null) {
                    return;
                }
                switch (action) {
                    case DestinationAction.Send send -> {
                        if (source != null) {
                            toSource.add(send.frame());
                        }
                    }
                    case DestinationAction.Rejoin _ -> onDestination(destination.onArmed());
                    case DestinationAction.Resume _ -> {
                        destinationPhase = Optional.of(Phase.RUNNING);
                        destinationRuns = true;
                        onDestination(destination.onResumed());
                        onDestination(destination.onAllCurrent());
                    }
                    case DestinationAction.SendManifest send -> sendManifest(send.parts());
                    case DestinationAction.Disarm _ -> onDestination(destination.onDisarmed());
                    case DestinationAction.Finish finish -> finish(finish);
                    default -> {}
                }
            }
        }

        private void finish(DestinationAction.Finish finish) {
            Phase phase = destinationPhase.orElseThrow();
            if (finish.settled() && phase == Phase.PREPARED) {
                destinationPhase = Optional.of(Phase.NEVER);
            } else if (finish.settled() && phase == Phase.RUNNING) {
                destinationPhase = Optional.of(Phase.COMPLETE); // the source may not have heard of it
            }
        }

        String key() {
            assertThat(history).as("the successors come to no end").hasSizeLessThan(40);
            return history.toString();
        }
    }
}
