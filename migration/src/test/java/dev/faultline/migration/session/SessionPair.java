package dev.faultline.migration.session;

import dev.faultline.migration.AuditReport;
import dev.faultline.migration.Limits;
import dev.faultline.migration.MigrationMode;
import dev.faultline.migration.OperatorOrder;
import dev.faultline.migration.RoundSummary;
import dev.faultline.migration.journal.Phase;
import dev.faultline.migration.wire.Frame;
import dev.faultline.migration.wire.FrameType;
import dev.faultline.migration.wire.Offer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Both sessions with queues between them and two model guests. Every step is chosen from outside, so that a search can
 * try all orders; what the engines do at once is done at once here too.
 */
final class SessionPair {
    static final Offer OFFER = new Offer("machine", List.of(new Offer.Region(0, 12, 1 << 20)), List.of("source"));
    private static final Offer WAITING = new Offer("machine", OFFER.regions(), List.of("destination"));
    static final int MANIFEST_PARTS = 2;

    private static final long LONG_SILENCE = 20_000_000_000L;

    final SourceSession source;
    final DestinationSession destination = new DestinationSession(WAITING, 0);
    final Deque<Frame> toSource = new ArrayDeque<>();
    final Deque<Frame> toDestination = new ArrayDeque<>();
    final Deque<SourceAction> sourceWork = new ArrayDeque<>();
    final Deque<String> destinationWork = new ArrayDeque<>();
    private final List<String> sourceHistory = new ArrayList<>();
    private final List<String> destinationHistory = new ArrayList<>();
    private final boolean ranAtFirst;
    private int manifestSent;
    private int manifestCompared;

    boolean cut;
    private boolean sourceDead;
    private boolean destinationDead;
    private Optional<Phase> sourcePhase = Optional.of(Phase.COPYING);
    private Optional<Phase> destinationPhase = Optional.empty();
    boolean sourceRuns;
    boolean sourceStopped;
    private boolean prepareSent;
    boolean committed;
    boolean abortSeenAfterCommit;
    boolean destinationRuns;
    boolean destinationNever;
    boolean destinationInDoubt;
    String resumeOutcome = "resumed";
    int failures;
    /** How many rounds leave something dirty. */
    int dirtyRounds;

    boolean held;
    boolean cancelled;
    boolean cancelRefused;
    int orders;
    final List<String> sourceEnds = new ArrayList<>();
    final List<String> destinationEnds = new ArrayList<>();

    SessionPair(MigrationMode mode, boolean runsAtFirst) {
        this(mode, runsAtFirst, false);
    }

    SessionPair(MigrationMode mode, boolean runsAtFirst, boolean verify) {
        source = new SourceSession(mode, new RoundPolicy(mode, Limits.of(mode)), 0, false);
        ranAtFirst = runsAtFirst;
        sourceRuns = runsAtFirst;
        onSource(source.start(OFFER, verify, 0));
    }

    /** {@return every step that can come next} */
    List<String> steps(int maxFailures) {
        List<String> steps = new ArrayList<>();
        if (!toSource.isEmpty()) {
            steps.add("frame to source");
        }
        if (!toDestination.isEmpty()) {
            steps.add("frame to destination");
        }
        if (!sourceWork.isEmpty()) {
            steps.add("source work");
        }
        if (!destinationWork.isEmpty()) {
            steps.add("destination work");
        }
        if (failures < maxFailures) {
            failureSteps(steps);
        }
        return steps;
    }

    /** {@return what an operator may say next; who has said PAUSE has always one more word} */
    List<String> orderSteps(int maxOrders) {
        if (!sourceEnds.isEmpty()) {
            return List.of();
        }
        if (orders < maxOrders) {
            return List.of("order PAUSE", "order RESUME", "order SWITCH_OVER", "order CANCEL");
        }
        return held ? List.of("order RESUME") : List.of();
    }

    private void order(OperatorOrder order) {
        orders++;
        SourceSession.OrderResult result = source.onOperator(order, 0);
        if (result.answer().accepted()) {
            sourceHistory.add(order.name()); // else nothing has changed
        }
        if (order == OperatorOrder.CANCEL) {
            cancelled |= result.answer().accepted();
            cancelRefused |= !result.answer().accepted();
        }
        onSource(result.actions());
    }

    private void failureSteps(List<String> steps) {
        if (sourceEnds.isEmpty()) {
            steps.addAll(List.of("source fails", "source hears nothing"));
        }
        if (destinationEnds.isEmpty()) {
            steps.addAll(List.of("destination fails", "destination hears nothing"));
            if (resumeOutcome.equals("resumed") && !destinationRuns) {
                steps.addAll(List.of("resume will be refused", "resume will not be answered"));
            }
        }
        if (!cut) {
            steps.add("cut");
        }
    }

    void take(String step) {
        switch (step) {
            case "frame to source" -> sourceGets(toSource.remove());
            case "frame to destination" -> destinationGets(toDestination.remove());
            case "source work" -> finishSourceWork(sourceWork.remove());
            case "destination work" -> finishDestinationWork(destinationWork.remove());
            default -> {
                if (step.startsWith("order ")) {
                    order(OperatorOrder.valueOf(step.substring("order ".length())));
                } else {
                    fail(step);
                }
            }
        }
    }

    private void fail(String step) {
        failures++;
        switch (step) {
            case "source fails" -> onSource(source.onFailure("a worker failed"));
            case "source hears nothing" -> onSource(source.onTick(LONG_SILENCE));
            case "destination fails" -> onDestination(destination.onFailure("a worker failed"));
            case "destination hears nothing" -> onDestination(destination.onTick(LONG_SILENCE));
            case "resume will be refused", "resume will not be answered" -> resumeOutcome = step;
            case "cut" -> cut();
            case "kill source" -> {
                sourceDead = true;
                sourceWork.clear();
                cut();
            }
            case "kill destination" -> {
                destinationDead = true;
                destinationWork.clear();
                cut();
            }
            case "the destination waits no longer" -> {
                destinationPhase = Optional.of(Phase.NEVER);
                destinationNever = true;
            }
            case "the rest notices" -> {
                if (!sourceDead) {
                    onSource(source.onFailure("the connection is cut"));
                }
                if (!destinationDead) {
                    onDestination(destination.onDisconnected("the connection is cut"));
                }
            }
            default -> throw new AssertionError(step);
        }
        (step.startsWith("source") ? sourceHistory : destinationHistory).add(step);
    }

    private void cut() {
        cut = true;
        toSource.clear();
        toDestination.clear();
    }

    /** {@return whether the destination holds a loaded guest and waits for the source to come again} */
    boolean isWaitingForTheSource() {
        return !destinationDead
                && !destinationEnds.isEmpty()
                && destinationPhase.filter(Phase.PREPARED::equals).isPresent();
    }

    /** {@return whether nobody does anything any more} */
    boolean hasEnded() {
        return (sourceDead || !sourceEnds.isEmpty()) && (destinationDead || !destinationEnds.isEmpty());
    }

    /** {@return what the source has written down and not taken back} */
    Optional<Phase> sourcePhase() {
        return sourcePhase;
    }

    Optional<Phase> destinationPhase() {
        return destinationPhase;
    }

    void sourceGets(Frame frame) {
        sourceHistory.add(frame.type().name());
        if (committed && frame.type() == FrameType.ABORT) {
            abortSeenAfterCommit = true;
        }
        onSource(source.onFrame(frame, 0));
    }

    void destinationGets(Frame frame) {
        destinationHistory.add(frame.type().name());
        onDestination(destination.onFrame(frame, 0));
    }

    private void finishSourceWork(SourceAction work) {
        sourceHistory.add(work.getClass().getSimpleName());
        onSource(
                switch (work) {
                    case SourceAction.Track _ -> source.onTracking(0);
                    case SourceAction.SendRound round -> source.onRound(summary(round.round()), 0);
                    case SourceAction.CopyRest _ -> source.onCopied();
                    case SourceAction.Audit _ -> audit();
                    case SourceAction.Push _ -> List.of(); // the destination says when it has everything
                    default -> throw new AssertionError(work);
                });
    }

    private List<SourceAction> audit() {
        manifestCompared++;
        return source.onAudited(
                new AuditReport(true, manifestCompared, 0, "", 0, 0), manifestCompared == MANIFEST_PARTS);
    }

    private void sendManifest(int parts) {
        for (int i = 0; i < parts && manifestSent < MANIFEST_PARTS; i++) {
            manifestSent++;
            if (!cut) {
                toSource.add(Frame.of(FrameType.MANIFEST));
            }
        }
    }

    /** {@return how many parts of the manifest the source has compared} */
    int compared() {
        return manifestCompared;
    }

    private RoundSummary summary(int round) {
        return round < dirtyRounds
                ? new RoundSummary(round, 1, 4096, 1, 1024, 4 << 20)
                : new RoundSummary(round, 1, 4096, 1, 0, 0);
    }

    private void finishDestinationWork(String work) {
        destinationHistory.add(work);
        if (work.equals("load")) {
            destinationPhase = Optional.of(Phase.PREPARED);
        }
        onDestination(work.equals("load") ? destination.onLoaded() : destination.onAllCurrent());
    }

    private void onSource(List<SourceAction> actions) {
        for (SourceAction action : actions) {
            switch (action) {
                case SourceAction.Send send -> sendToDestination(send.frame());
                case SourceAction.Pause _ -> {
                    boolean wasRunning = sourceRuns;
                    sourcePhase = Optional.of(Phase.PAUSED);
                    sourceStopped |= wasRunning;
                    sourceRuns = false;
                    onSource(source.onPaused(wasRunning));
                }
                case SourceAction.SaveDeviceState _ -> onSource(source.onDeviceState(new byte[1]));
                case SourceAction.Release release -> {
                    sourceRuns |= release.resume() && sourceStopped;
                    if (release.settled()) {
                        sourcePhase = Optional.empty();
                    }
                }
                case SourceAction.Finish finish -> sourceEnds.add(finish.failure());
                case SourceAction.Hold hold -> held = hold.hold();
                case SourceAction.OpenMap _,
                        SourceAction.SendMap _,
                        SourceAction.Relinquish _,
                        SourceAction.TakeNeeded _ -> {}
                case SourceAction.Note _, SourceAction.CutRound _, SourceAction.Throttle _ -> {}
                default -> {
                    if (action instanceof SourceAction.Push) {
                        sourcePhase = Optional.of(Phase.SERVING);
                    }
                    sourceWork.add(action);
                }
            }
        }
    }

    private void sendToDestination(Frame frame) {
        prepareSent |= frame.type() == FrameType.PREPARE;
        if (frame.type() == FrameType.COMMIT) {
            committed = true;
            sourcePhase = Optional.of(Phase.COMMITTED);
        }
        if (!cut) {
            toDestination.add(frame);
        }
    }

    private void onDestination(List<DestinationAction> actions) {
        for (DestinationAction action : actions) {
            switch (action) {
                case DestinationAction.Send send -> {
                    if (!cut) {
                        toSource.add(send.frame());
                    }
                }
                case DestinationAction.Arm _, DestinationAction.Rejoin _ -> {
                    destinationPhase = Optional.of(Phase.RECEIVING);
                    onDestination(destination.onArmed());
                }
                case DestinationAction.Load _ -> {
                    destinationPhase = Optional.of(Phase.LOADING);
                    destinationWork.add("load");
                }
                case DestinationAction.Resume resume -> resume(resume.run());
                case DestinationAction.Expect _ -> {}
                case DestinationAction.ApplyMap _, DestinationAction.SendNeeded _, DestinationAction.TakeAudit _ -> {}
                case DestinationAction.SendManifest send -> sendManifest(send.parts());
                case DestinationAction.Disarm _ -> onDestination(destination.onDisarmed());
                case DestinationAction.Discard _ -> destinationNever = true;
                case DestinationAction.Finish finish -> {
                    destinationEnds.add(finish.failure());
                    settle(finish);
                }
            }
        }
    }

    /** As the destination's engine does, which has not heard that the source has forgotten. */
    private void settle(DestinationAction.Finish finish) {
        if (finish.settled()) {
            boolean told = destinationPhase.filter(Phase.PREPARED::equals).isPresent();
            Optional<Phase> failed = told ? Optional.of(Phase.NEVER) : Optional.empty();
            destinationPhase = finish.failure().isEmpty() ? Optional.of(Phase.COMPLETE) : failed;
        }
    }

    private void resume(boolean run) {
        destinationPhase = Optional.of(Phase.RUNNING);
        switch (resumeOutcome) {
            case "resume will be refused" -> {
                destinationNever = true;
                onDestination(destination.onResumeFailed("refused", true));
            }
            case "resume will not be answered" -> {
                destinationInDoubt = run; // whatever is done now, it may come to run later
                onDestination(destination.onResumeFailed("no answer", false));
            }
            default -> {
                destinationRuns = run;
                onDestination(destination.onResumed());
                destinationWork.add("all current");
            }
        }
    }

    boolean isSourceInDoubt() {
        return !sourceEnds.isEmpty()
                && committed
                && !abortSeenAfterCommit
                && !sourceEnds.getFirst().isEmpty();
    }

    /** {@return the one frame that the source may get now, if any} */
    Optional<FrameType> sourceExpects() {
        if (!sourceHistory.contains("ACCEPT")) {
            return Optional.of(FrameType.ACCEPT);
        }
        if (!committed) {
            return prepareSent ? Optional.of(FrameType.PREPARED) : Optional.empty();
        }
        return Optional.of(sourceHistory.contains("STARTED") ? FrameType.COMPLETE : FrameType.STARTED);
    }

    /** {@return the one frame that the destination may get now, if any} */
    Optional<FrameType> destinationExpects() {
        if (!destinationHistory.contains("OFFER")) {
            return Optional.of(FrameType.OFFER);
        }
        if (!destinationHistory.contains("EXPECT")) {
            return Optional.of(FrameType.EXPECT);
        }
        if (!destinationHistory.contains("PREPARE")) {
            return Optional.of(FrameType.PREPARE);
        }
        if (!destinationHistory.contains("load")) {
            return Optional.empty();
        }
        return Optional.of(destinationHistory.contains("COMMIT") ? FrameType.DIRTY_MAP : FrameType.COMMIT);
    }

    boolean ranAtFirst() {
        return ranAtFirst;
    }

    /** {@return what tells two pairs apart: a session is what it has been told} */
    String key() {
        return sourceHistory + "|" + destinationHistory + "|" + types(toSource) + "|" + types(toDestination) + "|" + cut
                + resumeOutcome + sourceDead + destinationDead;
    }

    private static String types(Deque<Frame> frames) {
        return frames.stream().map(frame -> frame.type().name()).collect(Collectors.joining(" "));
    }
}
