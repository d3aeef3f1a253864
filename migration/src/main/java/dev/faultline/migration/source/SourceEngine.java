package dev.faultline.migration.source;

import dev.faultline.migration.AuditReport;
import dev.faultline.migration.Limits;
import dev.faultline.migration.MigrationException;
import dev.faultline.migration.MigrationMode;
import dev.faultline.migration.MigrationProgress;
import dev.faultline.migration.OperatorAnswer;
import dev.faultline.migration.OperatorOrder;
import dev.faultline.migration.RoundSummary;
import dev.faultline.migration.TestSwitch;
import dev.faultline.migration.engine.EngineLoop;
import dev.faultline.migration.engine.Outbox;
import dev.faultline.migration.guest.Guest;
import dev.faultline.migration.guest.GuestException;
import dev.faultline.migration.guest.GuestState;
import dev.faultline.migration.host.Host;
import dev.faultline.migration.host.Worker;
import dev.faultline.migration.journal.Entry;
import dev.faultline.migration.journal.Journal;
import dev.faultline.migration.journal.Phase;
import dev.faultline.migration.page.PageBits;
import dev.faultline.migration.session.RoundPolicy;
import dev.faultline.migration.session.SourceAction;
import dev.faultline.migration.session.SourceSession;
import dev.faultline.migration.wire.Frame;
import dev.faultline.migration.wire.FrameChannel;
import dev.faultline.migration.wire.FrameType;
import dev.faultline.migration.wire.Offer;
import dev.faultline.uffd.os.LinuxException;
import java.io.IOException;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Function;

/**
 * Moves a guest away: runs the source's session over connections and a real guest. One thread owns the session; workers
 * send pages, take acknowledgements and answer faults. When its connections break and the guest may be the destination's,
 * another engine goes on over new ones.
 */
public final class SourceEngine {
    private static final System.Logger LOG = System.getLogger(SourceEngine.class.getName());
    private static final long CLOSE_NANOS = 1_000_000_000L;

    private final Host host;
    private final Guest guest;
    private final SourceOptions options;
    private final Journal journal;
    private final SourceObserver observer;
    private final SourceStory story;
    private final SourceCounters counters;
    private final FinalMap map;
    private final WriteTracker tracker;
    private final SourceMemory memory;
    private final Connections connections;
    private final PageSenders senders;
    private final RoundSender rounds;
    private final Auditor auditor;
    private final SourceSession session;
    private final Gate roundGate;
    private final Gate pushGate;
    private final OrderDesk orders;
    private final EngineLoop loop;
    private final Outbox outbox;

    private boolean settled;
    private boolean brokenOff;
    private boolean started;
    private boolean resumed;
    private boolean agreed;
    private Needed needed = new Needed(List.of());
    private String phase = "connecting";
    private String failure = "";

    private SourceEngine(
            Host host,
            Guest guest,
            SourceOptions options,
            Journal journal,
            SourceMemory memory,
            Connections connections,
            SourceStory story,
            SourceObserver observer) {
        this.host = host;
        this.story = story;
        counters = story.counters;
        this.guest = guest;
        this.options = options;
        this.journal = journal;
        this.observer = observer;
        map = new FinalMap(host);
        tracker = story.tracker;
        Limits limits = options.limits();
        session = new SourceSession(
                options.mode(),
                new RoundPolicy(options.mode(), limits),
                options.holdMapNanos(),
                guest.writesPinnedPages());
        loop = new EngineLoop(host, reason -> perform(session.onFailure(reason)), this::tick);
        this.connections = connections;
        outbox = new Outbox(host, connections.control());
        this.memory = memory;
        orders = new OrderDesk(host, loop, this::carryOut);
        roundGate = new Gate(host, new Pace(limits.maxBytesPerSecond()));
        pushGate = new Gate(host, new Pace(limits.maxPostcopyBytesPerSecond()));
        senders = new PageSenders(host, connections.pages(), memory, counters, roundGate, pushGate);
        senders.agree(options, story.formats);
        auditor = new Auditor(host, journal.entry().audit().asked() ? memory.newReaders() : List.of());
        rounds = new RoundSender(host, memory, tracker, senders, counters, roundGate, options.testSwitch());
    }

    /**
     * Moves a guest to a destination and returns when it has all of it.
     *
     * @param host where this engine runs
     * @param guest the guest, running or paused here
     * @param options how
     * @param journal the guest's journal; when this returns or throws, it holds what is left to be resumed, if anything
     * @param observer told how it goes on
     * @return what was done
     * @throws MigrationException if it did not come to its end; the message says where the guest is
     */
    public static SourceReport run(
            Host host, Guest guest, SourceOptions options, Journal journal, SourceObserver observer)
            throws MigrationException {
        long sessionId = host.newId();
        try {
            options.checkFits(guest);
            try (SourceMemory memory = new SourceMemory(guest)) {
                Connections first = open(host, options, sessionId, 0);
                try {
                    journal.begin(Phase.COPYING, sessionId, SourceOptions.text(options.destination()), guest.regions());
                } catch (GuestException e) {
                    first.close();
                    throw e;
                }
                if (options.verify()) {
                    journal.record(AuditReport.ASKED);
                }
                SourceStory story = new SourceStory(host, new WriteTracker(host, guest));
                SourceEngine engine = new SourceEngine(host, guest, options, journal, memory, first, story, observer);
                if (options.standsBy()) {
                    engine.session.standBy();
                }
                engine.run(engine.session.start(Offer.of(guest), options.verify(), host.nanoTime()));
                return engine.goOn(new Reconnection(host, options, sessionId, 0));
            }
        } catch (GuestException | LinuxException e) {
            throw new MigrationException("the migration could not begin: " + e.getMessage(), e);
        }
    }

    /**
     * Goes on with a move that was broken off after the destination may have been told to run the guest.
     *
     * @param host where this engine runs
     * @param guest the guest, paused here
     * @param options how; the address is where the destination listens now
     * @param journal the guest's journal, in phase COMMITTED or SERVING
     * @param observer told how it goes on
     * @return what was done
     * @throws MigrationException if it did not come to its end; the message says where the guest is
     */
    public static SourceReport resume(
            Host host, Guest guest, SourceOptions options, Journal journal, SourceObserver observer)
            throws MigrationException {
        Entry left = journal.entry();
        try (SourceMemory memory = new SourceMemory(guest)) {
            int attempt = newAttempt(host);
            Connections first = open(host, options, left.sessionId(), attempt);
            SourceStory story = new SourceStory(host, WriteTracker.inherited(host, guest));
            story.stoppedHere = left.runs();
            story.lastScan = LastScan.of(host, journal.dirty(guest.regions()).orElseGet(memory::allPages));
            SourceEngine engine = new SourceEngine(host, guest, options, journal, memory, first, story, observer);
            engine.runAgain();
            return engine.goOn(new Reconnection(host, options, left.sessionId(), attempt));
        } catch (GuestException | LinuxException e) {
            throw new MigrationException("the move could not be resumed: " + e.getMessage(), e);
        }
    }

    private static Connections open(Host host, SourceOptions options, long sessionId, int attempt)
            throws MigrationException {
        return Connections.open(
                host,
                options.destination(),
                sessionId,
                attempt,
                options.dataPath().connections());
    }

    /** {@return a number that tells this engine's connections from those of one that was killed} */
    private static int newAttempt(Host host) {
        return 1 + (int) (host.newId() & 0x7fff);
    }

    /** Goes on until it is settled where the guest runs, or nobody connects any more. */
    private SourceReport goOn(Reconnection again) throws MigrationException {
        SourceEngine now = this;
        while (now.brokenOff && options.reconnectNanos() > 0) {
            LOG.log(
                    System.Logger.Level.WARNING,
                    "connecting to the destination again: " + EngineLoop.withoutConsequence(now.failure));
            Optional<Connections> connections = again.open(now.started);
            if (connections.isEmpty()) {
                break;
            }
            now = new SourceEngine(host, guest, options, journal, memory, connections.get(), story, observer);
            now.runAgain();
        }
        return now.end();
    }

    private SourceReport end() throws MigrationException {
        tracker.stop();
        if (settled) {
            if (!failure.isEmpty() && story.prepareSent) {
                TakeBack.tell(host, options.destination(), journal.entry().sessionId());
            }
            journal.forget();
        }
        if (!failure.isEmpty()) {
            throw new MigrationException(failure, null);
        }
        return story.report(
                options.mode(), options.dataPath(), journal.entry().audit(), map.stateBytes(), host.nanoTime());
    }

    private void runAgain() {
        resumed = true;
        needed = new Needed(memory.newBits());
        map.open(Objects.requireNonNull(story.lastScan, "nothing was committed"));
        run(session.resume(
                journal.phase() == Phase.SERVING,
                story.stoppedHere,
                journal.entry().audit(),
                host.nanoTime()));
    }

    private void run(List<SourceAction> first) {
        Worker controlReader = loop.start("control", this::readControl);
        loop.start("control-out", outbox::run);
        senders.start(loop);
        boolean sendTwice = options.testSwitch() == TestSwitch.WRITE_AFTER_MAP;
        loop.start(
                "faults",
                () -> senders.newAnswerer(connections.faults(), memory.newReaders(), map, sendTwice)
                        .run());
        loop.startBulk(
                "audit", () -> auditor.run((part, report, last) -> loop.post(() -> audited(part, report, last))));
        perform(first);
        Function<OperatorOrder, OperatorAnswer> give = orders::give;
        loop.tell(observer::began, give);
        loop.run();
        orders.close();
        roundGate.end();
        pushGate.end();
        senders.breakOff();
        map.giveUp();
        auditor.giveUp();
        outbox.end();
        endConnections(controlReader);
    }

    /** The control connection ends first: what the peer learns of a failure is the reason, and not a closed connection. */
    private void endConnections(Worker controlReader) {
        controlReader.join(CLOSE_NANOS);
        connections.pages().forEach(FrameChannel::close);
        connections.faults().close();
        boolean ended = loop.joinWorkers(CLOSE_NANOS);
        connections.close();
        if (ended || loop.joinWorkers(CLOSE_NANOS)) {
            senders.close();
        } else {
            memory.keepForever();
        }
    }

    private OperatorAnswer carryOut(OperatorOrder order) {
        SourceSession.OrderResult result = session.onOperator(order, host.nanoTime());
        perform(result.actions());
        return result.answer();
    }

    private void readControl() throws IOException, InterruptedException {
        while (true) {
            Frame frame = connections.control().read();
            loop.postFrame(() -> {
                if (frame.type() == FrameType.ACCEPT) {
                    agree(frame.flags());
                }
                if (frame.type() == FrameType.STARTED) {
                    started = true;
                    story.downtimeNanos = resumed ? 0 : host.nanoTime() - story.pausedNanos;
                    phase = "push";
                }
                perform(session.onFrame(frame, host.nanoTime()));
            });
        }
    }

    /** Nothing is sent before the destination has said what it can read. */
    private void agree(int formats) {
        if (!agreed && !resumed) {
            agreed = true;
            story.formats = formats;
            senders.agree(options, formats);
            options.cannotCompress(formats, "destination").ifPresent(reason -> perform(session.onFailure(reason)));
        }
    }

    private void tick() {
        long now = host.nanoTime();
        story.resident.look(now);
        perform(session.onTick(now));
        loop.tell(
                observer,
                new MigrationProgress(
                        roundGate.isHeld() ? "held" : phase,
                        story.finishedRounds.size(),
                        counters.sentBytes.get(),
                        counters.faultPages.get() + counters.faultCurrent.get(),
                        map.remaining().orElse(counters.dirtyPages.get()),
                        now - story.beganNanos));
    }

    private void perform(List<SourceAction> actions) {
        for (SourceAction action : actions) {
            try {
                perform(action);
            } catch (RuntimeException | Error e) {
                // Not at once: the actions that follow belong to the state before.
                loop.post(() -> perform(session.onFailure(EngineLoop.reason(e))));
            }
        }
    }

    private void perform(SourceAction action) {
        switch (action) {
            case SourceAction.Send send -> {
                if (send.frame().type() == FrameType.COMMIT) {
                    // A COMMIT that is not written down is not sent: a successor would run the guest here.
                    journal.record(Phase.COMMITTED);
                }
                if (send.frame().type() == FrameType.FORGOTTEN) {
                    journal.forget(); // first: the destination forgets too, and a successor would ask it for ever
                }
                story.prepareSent |= send.frame().type() == FrameType.PREPARE;
                outbox.send(send.frame());
            }
            case SourceAction.StandBy _ -> {
                phase = MigrationProgress.STANDING_BY;
                loop.tell(SourceObserver::standingBy, observer);
            }
            case SourceAction.Begin _ -> story.beganNanos = host.nanoTime();
            case SourceAction.Track _ ->
                // On a thread of its own: protecting a big guest takes seconds, and the session has to be heard.
                loop.startBulk("track", () -> {
                    tracker.start();
                    loop.post(() -> perform(session.onTracking(host.nanoTime())));
                });
            case SourceAction.SendRound send -> sendRound(send.round(), () -> rounds.sendRound(send.round()));
            case SourceAction.SendDrainedRound send ->
                sendRound(send.round(), () -> rounds.sendDrainedRound(send.round(), guest));
            case SourceAction.Note note -> {
                story.decisions.add(note.decision());
                loop.tell(observer::decided, note.decision());
            }
            case SourceAction.Hold hold -> roundGate.hold(hold.hold());
            case SourceAction.CutRound _ -> roundGate.cutShort();
            case SourceAction.Throttle throttle -> {
                story.throttled = true; // also if the answer is lost
                guest.throttle(throttle.percent());
            }
            case SourceAction.Pause _ -> pause();
            case SourceAction.CopyRest _ ->
                loop.start("copy-rest", () -> {
                    LastScan rest = rounds.copyRest();
                    loop.post(() -> {
                        open(rest);
                        perform(session.onCopied());
                    });
                });
            case SourceAction.OpenMap _ -> open(rounds.lastScan());
            case SourceAction.TakeNeeded take -> needed.take(take.frame());
            case SourceAction.SaveDeviceState _ -> {
                byte[] state = guest.saveDeviceState();
                story.deviceStateBytes = state.length;
                perform(session.onDeviceState(state));
            }
            case SourceAction.Push _ -> push();
            case SourceAction.SendMap _ -> loop.start("map", () -> MapSender.send(map, guest.regions(), outbox));
            case SourceAction.Audit audit -> {
                phase = "audit";
                auditor.take(audit.manifest());
            }
            case SourceAction.Relinquish _ -> relinquish();
            case SourceAction.Release release -> release(release.resume(), release.settled());
            case SourceAction.Finish finish -> {
                failure = finish.failure() + failure;
                brokenOff = !failure.isEmpty() && !settled && journal.phase().compareTo(Phase.COMMITTED) >= 0;
                loop.finish();
            }
        }
    }

    private void sendRound(int number, Callable<RoundSummary> round) {
        phase = "pre-copy";
        loop.startBulk("round-" + number, () -> {
            RoundSummary summary = round.call();
            loop.post(() -> {
                story.finishedRounds.add(summary);
                perform(session.onRound(summary, host.nanoTime()));
            });
        });
    }

    private void push() {
        ServingNotes.began(journal);
        loop.startBulk("push", () -> {
            List<PageBits> dirty = map.await().all();
            counters.dirtyPages.set(SourceMemory.size(dirty));
            ServingNotes.keepDirty(journal, dirty);
            map.push(
                    resumed
                            ? new PushOrder(needed.dirty(dirty), List.of(), senders.stripes())
                            : rounds.pushOrder(dirty));
            senders.push(map);
        });
    }

    private void open(LastScan lastScan) {
        story.lastScan = lastScan;
        map.open(lastScan);
    }

    private void pause() {
        phase = "hand-over";
        boolean wasRunning = guest.state() == GuestState.RUNNING;
        story.pausedNanos = host.nanoTime();
        if (wasRunning) {
            journal.record(Phase.PAUSED, true);
            story.stoppedHere = true; // also if the answer is lost: the machine may stop later
            guest.pause();
            story.throttled = false;
        }
        if (options.mode() != MigrationMode.PRECOPY) {
            rounds.closeRounds();
        }
        perform(session.onPaused(wasRunning));
    }

    private void audited(Frame part, AuditReport report, boolean last) {
        auditor.compared(part);
        if (last) {
            journal.record(report); // before the destination hears of it, and may end
        }
        perform(session.onAudited(report, last));
    }

    private void relinquish() {
        try {
            guest.relinquish();
        } catch (GuestException e) {
            // The destination needs the pages all the same, and only an operator could run this guest now.
            System.getLogger(SourceEngine.class.getName())
                    .log(System.Logger.Level.WARNING, "the source's guest is paused but could not be given up", e);
        }
    }

    private void release(boolean resume, boolean isSettled) {
        settled = isSettled;
        if (resume && isSettled) {
            TakeBack.note(
                    journal); // first: the machine may refuse to run it, and the destination forgets what it has said
        }
        try {
            if (story.throttled) {
                guest.throttle(0);
            }
            if (resume && story.stoppedHere) {
                guest.resume(); // first: ending the tracking of a big guest takes a while
            }
        } catch (GuestException e) {
            settled = false;
            failure = ". The guest could not be told: " + e.getMessage();
        }
    }
}
