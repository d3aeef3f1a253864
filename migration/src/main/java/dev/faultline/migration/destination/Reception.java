package dev.faultline.migration.destination;

import dev.faultline.migration.AuditReport;
import dev.faultline.migration.MigrationProgress;
import dev.faultline.migration.TestSwitch;
import dev.faultline.migration.admission.Admission;
import dev.faultline.migration.engine.EngineLoop;
import dev.faultline.migration.engine.Outbox;
import dev.faultline.migration.guest.Guest;
import dev.faultline.migration.guest.GuestException;
import dev.faultline.migration.guest.GuestState;
import dev.faultline.migration.host.Host;
import dev.faultline.migration.host.Worker;
import dev.faultline.migration.journal.Journal;
import dev.faultline.migration.journal.Phase;
import dev.faultline.migration.page.PageBits;
import dev.faultline.migration.page.PageWay;
import dev.faultline.migration.session.DestinationAction;
import dev.faultline.migration.session.DestinationSession;
import dev.faultline.migration.wire.AuditOutcome;
import dev.faultline.migration.wire.Frame;
import dev.faultline.migration.wire.FrameChannel;
import dev.faultline.migration.wire.FrameHeader;
import dev.faultline.migration.wire.FrameType;
import dev.faultline.migration.wire.Offer;
import dev.faultline.migration.wire.ProtocolException;
import dev.faultline.uffd.os.LinuxException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;

/**
 * Takes a guest in as long as its connections last: runs the destination's session over them and a real guest. One thread
 * owns the session; workers take pages and the answers to faults.
 */
final class Reception {
    private static final System.Logger LOG = System.getLogger(Reception.class.getName());
    private static final ByteBuffer NO_PAYLOAD = ByteBuffer.allocate(0);
    private static final long SLOW_NANOS_PER_BYTE = 50;
    /** Pages that one NEEDED frame tells of. */
    private static final int NEEDED_PAGES = 1 << 14;

    private static final long CLOSE_NANOS = 2_000_000_000L;

    private final Arrival arrival;
    private final Host host;
    private final Guest guest;
    private final Journal journal;
    private final DestinationMemory memory;
    private final HandOver handOver;
    private final FrameChannel control;
    private final List<FrameChannel> pages;
    private final FrameChannel faults;
    private final Consumer<MigrationProgress> progress;
    private final DestinationSession session;
    private final EngineLoop loop;
    private final Outbox outbox;
    private final Manifest manifest;
    private final DeviceLoad deviceLoad;

    private String phase;
    private String failure = "";
    private String trouble = "";
    private boolean settled;
    private boolean brokenOff;
    private volatile boolean sourceHasHeard;
    private volatile boolean discarded;

    Reception(Arrival arrival, Gathering.Source source, boolean again, Consumer<MigrationProgress> progress) {
        this.arrival = arrival;
        host = arrival.host;
        guest = arrival.guest;
        journal = arrival.journal;
        memory = arrival.memory;
        handOver = arrival.handOver;
        this.progress = progress;
        control = source.control();
        pages = source.pages();
        faults = source.faults();
        outbox = new Outbox(host, control);
        manifest = new Manifest(memory);
        phase = again ? "post-copy" : "pre-copy";
        Offer shape = Offer.of(guest);
        session = again
                ? DestinationSession.rejoining(
                        shape,
                        journal.phase(),
                        journal.entry().runs(),
                        journal.entry().audit().asked(),
                        host.nanoTime())
                : new DestinationSession(shape, host.nanoTime());
        loop = new EngineLoop(host, reason -> perform(session.onFailure(reason)), this::tick);
        deviceLoad = new DeviceLoad(host, guest, this::loadDevices);
    }

    /** Receives until the session ends. */
    void run(ReturningSource returning) {
        arrival.receiveBy(this);
        Worker controlReader = loop.start("control", connected(this::readControl));
        loop.start("control-out", connected(outbox::run));
        returning.interrupts(this);
        loop.run();
        returning.interrupts(null);
        arrival.requests.disconnect();
        deviceLoad.end();
        outbox.end();
        endConnections(controlReader);
    }

    /** The control connection ends first: what the peer learns of a failure is the reason, and not a closed connection. */
    private void endConnections(Worker controlReader) {
        controlReader.join(CLOSE_NANOS);
        pages.forEach(FrameChannel::close);
        faults.close();
        if (!loop.joinWorkers(CLOSE_NANOS)) {
            control.close();
            if (!loop.joinWorkers(CLOSE_NANOS)) {
                memory.keepForever();
            }
        }
        control.close();
    }

    /** {@return whether the session ended and the move did not} The source has more to say or to send. */
    boolean isBrokenOff() {
        return brokenOff;
    }

    /** {@return why it ended; nothing after a good end} */
    String failure() {
        return failure.isEmpty() ? "" : failure + trouble;
    }

    void onAllCurrent() {
        loop.post(() -> {
            arrival.allHereNanos = host.nanoTime();
            perform(session.onAllCurrent());
        });
    }

    void onFailure(String reason) {
        loop.post(() -> perform(session.onFailure(reason)));
    }

    void onDisconnected(String reason) {
        loop.post(() -> perform(session.onDisconnected(reason)));
    }

    /**
     * The source has not come again. A guest that was never told to run never will; one that runs here has to stop at the
     * pages that it does not have.
     *
     * @return why it ended, in words
     */
    String end() {
        if (journal.phase() == Phase.PREPARED) {
            discard();
            settled = trouble.isEmpty();
            return failure + ": the guest never ran here" + trouble;
        }
        tryOnGuest(guest::freeze);
        return failure();
    }

    /** A source that may have given the guest away, and does not know how that ended, has to be told when it asks. */
    void settle(ReturningSource returning) {
        if (!settled) {
            return;
        }
        boolean complete = failure.isEmpty();
        boolean mayBeAsked = complete || journal.phase() == Phase.PREPARED || journal.phase() == Phase.NEVER;
        if (sourceHasHeard || !mayBeAsked) {
            journal.forget();
            return;
        }
        if (!complete) {
            journal.record(Phase.NEVER);
        }
        returning.await(arrival.options.reconnectNanos()).ifPresent(source -> LastAnswer.tryToTell(source, journal));
    }

    private EngineLoop.Work connected(EngineLoop.Work work) {
        return () -> {
            try {
                work.run();
            } catch (ProtocolException e) {
                throw e;
            } catch (IOException e) {
                onDisconnected(EngineLoop.reason(e));
            }
        };
    }

    private void readControl() throws IOException, InterruptedException {
        while (true) {
            Frame frame = control.read();
            sourceHasHeard |= frame.type() == FrameType.FORGOTTEN;
            loop.postFrame(() -> perform(session.onFrame(frame, host.nanoTime())));
        }
    }

    private void readPages(FrameChannel channel) throws IOException {
        try (FrameApplier applier = newApplier(channel, PageWay.PUSH)) {
            readPages(channel, applier);
        }
    }

    private void readPages(FrameChannel channel, FrameApplier applier) throws IOException {
        long frames = 0;
        while (true) {
            FrameHeader header = channel.readHeader();
            if (arrival.options.testSwitch() == TestSwitch.DROP_BARRIER) {
                // So slow that frames are still on their way at the pause, for which the barrier is there.
                host.pause(header.payloadBytes() * SLOW_NANOS_PER_BYTE);
            }
            boolean acknowledge = (header.flags() & Frame.FLAG_ACK) != 0;
            applier.apply(header);
            frames++;
            if (acknowledge) {
                channel.write(FrameType.APPLIED, 0, 0, 0, 0, frames, NO_PAYLOAD.duplicate());
            }
        }
    }

    private void readFaultAnswers() throws IOException {
        try (FrameApplier applier = newApplier(faults, PageWay.FAULT)) {
            while (true) {
                applier.apply(faults.readHeader());
            }
        }
    }

    private FrameApplier newApplier(FrameChannel channel, byte finalWay) {
        return new FrameApplier(
                host,
                channel,
                memory,
                arrival.mapper,
                handOver,
                arrival.receivedBytes,
                new PageWitness(memory, finalWay),
                arrival.options.testSwitch());
    }

    private void tick() {
        long now = host.nanoTime();
        arrival.resident.look(now);
        perform(session.onTick(now));
        loop.tell(
                progress,
                new MigrationProgress(
                        phase,
                        0,
                        arrival.receivedBytes.get(),
                        arrival.statistics.count(),
                        memory.notCurrent(),
                        now - arrival.beganNanos));
    }

    private void perform(List<DestinationAction> actions) {
        for (DestinationAction action : actions) {
            try {
                perform(action);
            } catch (IOException | RuntimeException | Error e) {
                // Not at once: the actions that follow belong to the state before.
                onFailure(EngineLoop.reason(e));
            }
        }
    }

    private void perform(DestinationAction action) throws IOException {
        switch (action) {
            case DestinationAction.Send send -> outbox.send(send.frame());
            case DestinationAction.Arm arm -> {
                Admission.check(guest, arrival.options.admission());
                if (arm.verify()) {
                    journal.record(AuditReport.ASKED);
                    memory.keepHashes(journal);
                }
                memory.arm();
                serve(); // not before: no page of a source whose guest does not fit is to be taken
            }
            case DestinationAction.Rejoin _ -> {
                handOver.begin();
                memory.rejoin();
                serve();
                handOver.tellAgain();
            }
            case DestinationAction.SendNeeded _ -> sendNeeded();
            case DestinationAction.Expect _ -> {
                journal.record(Phase.LOADING); // now, and not while the guest stands still
                deviceLoad.begin(loop);
            }
            case DestinationAction.Load load -> load(load.prepare());
            case DestinationAction.Resume resume -> start(resume.run() && !arrival.options.startPaused());
            case DestinationAction.ApplyMap map -> MapApplier.apply(map.frame(), arrival);
            case DestinationAction.SendManifest send -> {
                phase = "audit";
                for (int i = 0; i < send.parts(); i++) {
                    manifest.next().ifPresent(outbox::send);
                }
            }
            case DestinationAction.TakeAudit take -> takeAudit(take.outcome());
            case DestinationAction.Disarm _ ->
                // On a thread of its own: of a TiB of small pages it takes longer than the source waits for a sign of
                // life.
                loop.startBulk("disarm", () -> {
                    memory.disarm();
                    loop.post(() -> {
                        note(Phase.COMPLETE);
                        perform(session.onDisarmed());
                    });
                });
            case DestinationAction.Discard _ -> discard();
            case DestinationAction.Finish finish -> {
                failure = finish.failure();
                brokenOff = !finish.settled();
                settled = finish.settled() && trouble.isEmpty();
                sourceHasHeard |= finish.heard();
                loop.finish();
            }
        }
    }

    /** A full disk does not undo an audit: only a successor of this engine would ask for another. */
    private void takeAudit(Frame outcome) throws ProtocolException {
        AuditReport audit = AuditOutcome.decode(outcome, memory.pageCount()).holding(memory.hashBytes());
        arrival.audit = audit;
        try {
            journal.record(audit);
        } catch (GuestException e) {
            LOG.log(System.Logger.Level.WARNING, "what came of the audit could not be written down", e);
        }
    }

    /** Before the source is told, which may then forget: a successor of this engine would wait for it in vain. */
    private void note(Phase last) {
        try {
            journal.record(last);
        } catch (GuestException e) {
            LOG.log(System.Logger.Level.WARNING, "how the move has ended could not be written down", e);
        }
    }

    private void serve() {
        for (int i = 0; i < pages.size(); i++) {
            FrameChannel channel = pages.get(i);
            loop.startBulk("pages-" + i, connected(() -> readPages(channel)));
        }
        loop.start("fault-answers", connected(this::readFaultAnswers));
        arrival.requests.connect(faults);
        arrival.serveFaults();
        perform(session.onArmed());
    }

    private void sendNeeded() {
        List<PageBits> missing = memory.missing();
        for (int region = 0; region < missing.size(); region++) {
            PageBits bits = missing.get(region);
            for (int first = 0; first < bits.pageCount(); first += NEEDED_PAGES) {
                int count = Math.min(NEEDED_PAGES, bits.pageCount() - first);
                outbox.send(new Frame(FrameType.NEEDED, 0, region, count, first, 0, bits.encode(first, count)));
            }
        }
    }

    private void load(Frame prepare) {
        arrival.preparedNanos = host.nanoTime();
        phase = "hand-over";
        handOver.begin();
        deviceLoad.give(prepare);
    }

    private void loadDevices(Frame prepare) {
        guest.loadDeviceState(prepare.payload());
        if (discarded) {
            return; // what it has seen of memory may be anything
        }
        journal.record(Phase.PREPARED, (prepare.flags() & Frame.FLAG_RUN) != 0); // before the source may be told so
        loop.post(() -> perform(session.onLoaded()));
    }

    private void start(boolean run) {
        boolean first = journal.phase() != Phase.RUNNING;
        if (first) {
            arrival.missingAtStart = memory.notCurrent();
        }
        journal.record(Phase.RUNNING, run);
        try {
            if (run) {
                guest.resume();
            }
        } catch (GuestException e) {
            boolean neverRuns = first && isGivenUp();
            if (neverRuns) {
                note(Phase.NEVER);
            }
            perform(session.onResumeFailed(Objects.requireNonNull(e.getMessage()), neverRuns));
            return;
        }
        if (first) {
            arrival.startedNanos = host.nanoTime();
        }
        phase = "post-copy";
        perform(session.onResumed());
    }

    private boolean isGivenUp() {
        try {
            guest.relinquish();
            return true;
        } catch (GuestException e) {
            trouble = ". It could not be given up here either: " + e.getMessage();
            return false;
        }
    }

    private void tryOnGuest(Runnable command) {
        try {
            command.run();
        } catch (GuestException e) {
            trouble = ". The guest could not be told: " + e.getMessage();
        }
    }

    /** A load that waits for a page would keep the machine from hearing anything else: it is let go first. */
    private void discard() {
        discarded = true;
        try {
            if (journal.phase() == Phase.LOADING) {
                memory.disarm();
            }
        } catch (LinuxException e) {
            LOG.log(System.Logger.Level.DEBUG, "the guest's process has gone", e);
        }
        try {
            guest.relinquish();
        } catch (GuestException e) {
            // A guest whose device state was never loaded has nothing to run with: it needs no telling.
            if (!isStillIncoming()) {
                trouble = ". The guest could not be told: " + e.getMessage();
            }
        }
    }

    private boolean isStillIncoming() {
        try {
            return guest.state() == GuestState.INCOMING;
        } catch (GuestException e) {
            return false; // what became of it, nobody knows
        }
    }
}
