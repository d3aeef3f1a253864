package dev.faultline.migration.destination;

import dev.faultline.migration.MigrationException;
import dev.faultline.migration.MigrationProgress;
import dev.faultline.migration.TestSwitch;
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
import dev.faultline.migration.page.PageStates;
import dev.faultline.migration.page.WaitingFaults;
import dev.faultline.migration.session.DestinationAction;
import dev.faultline.migration.session.DestinationSession;
import dev.faultline.migration.wire.Frame;
import dev.faultline.migration.wire.FrameChannel;
import dev.faultline.migration.wire.FrameHeader;
import dev.faultline.migration.wire.FrameType;
import dev.faultline.migration.wire.Offer;
import dev.faultline.migration.wire.ProtocolException;
import dev.faultline.migration.wire.Role;
import dev.faultline.uffd.UffdWaiter;
import dev.faultline.uffd.os.LinuxException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

/**
 * Takes a guest in: runs the destination's session over sockets and a real guest. One thread owns the session; workers
 * take pages, serve faults and take the answers to them.
 */
public final class DestinationEngine {
    private static final ByteBuffer NO_PAYLOAD = ByteBuffer.allocate(0);
    private static final long SLOW_NANOS_PER_BYTE = 50;
    /** Pages that one NEEDED frame tells of. */
    private static final int NEEDED_PAGES = 1 << 14;

    private static final long CLOSE_NANOS = 2_000_000_000L;

    private final Host host;
    private final Guest guest;
    private final DestinationOptions options;
    private final Journal journal;
    private final DestinationMemory memory;
    private final FrameChannel control;
    private final FrameChannel pages;
    private final FrameChannel faults;
    private final Consumer<MigrationProgress> progress;
    private final UffdWaiter faultWaiter;

    private final WaitingFaults waiting = new WaitingFaults();
    private final FaultStatistics statistics = new FaultStatistics();
    private final AtomicLong receivedBytes = new AtomicLong();
    private final PageMapper mapper;
    private final HandOver handOver;
    private final DestinationSession session;
    private final EngineLoop loop;
    private final Outbox outbox;

    private final long beganNanos;
    private long preparedNanos;
    private long startedNanos;
    private long missingAtStart;
    private String phase = "pre-copy";
    private String failure = "";
    private boolean settled;
    private volatile boolean sourceHasForgotten;

    private DestinationEngine(
            Host host,
            Guest guest,
            DestinationOptions options,
            Journal journal,
            DestinationMemory memory,
            Gathering.Source source,
            UffdWaiter faultWaiter,
            Consumer<MigrationProgress> progress) {
        this.host = host;
        beganNanos = host.nanoTime();
        this.guest = guest;
        this.options = options;
        this.journal = journal;
        this.memory = memory;
        this.progress = progress;
        this.faultWaiter = faultWaiter;
        control = source.channel(Role.CONTROL);
        pages = source.channel(Role.PAGES);
        faults = source.channel(Role.FAULTS);
        outbox = new Outbox(host, control);
        mapper = new PageMapper(host, guest.uffd(), memory, waiting, statistics);
        session = newSession(guest, journal, beganNanos);
        loop = new EngineLoop(host, reason -> perform(session.onFailure(reason)), this::tick);
        handOver = new HandOver(memory, () -> loop.post(() -> perform(session.onAllCurrent())));
    }

    private static DestinationSession newSession(Guest guest, Journal journal, long nowNanos) {
        Offer shape = Offer.of(guest);
        return journal.isResumed()
                ? DestinationSession.rejoining(
                        shape, journal.entry().phase(), journal.entry().runs(), nowNanos)
                : new DestinationSession(shape, nowNanos);
    }

    /**
     * Waits for a source, takes its guest in, and returns when all of it is here.
     *
     * @param host where this engine runs
     * @param guest a guest that waits for a device state
     * @param acceptor where sources connect; closed when one has
     * @param options how
     * @param journal the guest's journal; when this returns or throws, it holds what is left to be resumed, if anything
     * @param progress told of the progress some times a second
     * @return what was done
     * @throws MigrationException if it did not come to its end; the message says where the guest is
     */
    public static DestinationReport run(
            Host host,
            Guest guest,
            Acceptor acceptor,
            DestinationOptions options,
            Journal journal,
            Consumer<MigrationProgress> progress)
            throws MigrationException {
        try {
            GuestState state = guest.state();
            if (state != GuestState.INCOMING) {
                throw new MigrationException(
                        "this guest does not wait for a migration, it is " + state + ": start it as an incoming one",
                        null);
            }
            String address = acceptor.address();
            Gathering.Source source = acceptor.awaitSource();
            journal.begin(Phase.RECEIVING, source.sessionId(), address, guest.regions());
            return receive(host, guest, source, options, journal, progress);
        } catch (GuestException | LinuxException e) {
            throw new MigrationException("the migration could not begin: " + e.getMessage(), e);
        }
    }

    /**
     * Goes on with a move that was broken off when the guest was loaded here.
     *
     * @param host where this engine runs
     * @param guest the guest
     * @param acceptor where the source connects; closed when it has
     * @param options how
     * @param journal the guest's journal, reopened, in phase PREPARED or RUNNING
     * @param progress told of the progress some times a second
     * @return what was done
     * @throws MigrationException if it did not come to its end; the message says where the guest is
     */
    public static DestinationReport resume(
            Host host,
            Guest guest,
            Acceptor acceptor,
            DestinationOptions options,
            Journal journal,
            Consumer<MigrationProgress> progress)
            throws MigrationException {
        try {
            Gathering.Source source = acceptor.awaitSource(journal.entry().sessionId());
            return receive(host, guest, source, options, journal, progress);
        } catch (GuestException | LinuxException e) {
            throw new MigrationException("the move could not be resumed: " + e.getMessage(), e);
        }
    }

    private static DestinationReport receive(
            Host host,
            Guest guest,
            Gathering.Source source,
            DestinationOptions options,
            Journal journal,
            Consumer<MigrationProgress> progress)
            throws MigrationException {
        try (DestinationMemory memory = new DestinationMemory(guest, journal);
                UffdWaiter faultWaiter = guest.uffd().newWaiter()) {
            return new DestinationEngine(host, guest, options, journal, memory, source, faultWaiter, progress).run();
        } finally {
            source.close();
        }
    }

    private DestinationReport run() throws MigrationException {
        Worker controlReader = loop.start("control", this::readControl);
        loop.start("control-out", outbox::run);
        loop.run();
        outbox.end();
        faultWaiter.end();
        endConnections(controlReader);
        if (settled) {
            settle();
        }
        if (!failure.isEmpty()) {
            throw new MigrationException(failure, null);
        }
        return report();
    }

    /** A source that may have given the guest away, and does not know how that ended, has to be told when it asks. */
    private void settle() {
        boolean complete = failure.isEmpty();
        if (complete && sourceHasForgotten) {
            journal.forget();
        } else if (complete) {
            // It is written down, until somebody has told the source.
        } else if (journal.phase() == Phase.PREPARED) {
            journal.record(Phase.NEVER);
        } else {
            journal.forget();
        }
    }

    /** The control connection ends first: what the peer learns of a failure is the reason, and not a closed connection. */
    private void endConnections(Worker controlReader) {
        controlReader.join(CLOSE_NANOS);
        pages.close();
        faults.close();
        if (!loop.joinWorkers(CLOSE_NANOS)) {
            control.close();
            if (!loop.joinWorkers(CLOSE_NANOS)) {
                memory.keepForever();
            }
        }
    }

    private void readControl() throws IOException, InterruptedException {
        while (true) {
            Frame frame = control.read();
            sourceHasForgotten |= frame.type() == FrameType.FORGOTTEN;
            loop.postFrame(() -> perform(session.onFrame(frame, host.nanoTime())));
        }
    }

    private void readPages() throws IOException {
        FrameApplier applier = newApplier(pages);
        long frames = 0;
        while (true) {
            FrameHeader header = pages.readHeader();
            if (options.testSwitch() == TestSwitch.DROP_BARRIER) {
                // So slow that frames are still on their way at the pause, for which the barrier is there.
                host.pause(header.payloadBytes() * SLOW_NANOS_PER_BYTE);
            }
            boolean acknowledge = (header.flags() & Frame.FLAG_ACK) != 0;
            applier.apply(header);
            frames++;
            if (acknowledge) {
                pages.write(FrameType.APPLIED, 0, 0, 0, 0, frames, NO_PAYLOAD.duplicate());
            }
        }
    }

    private void readFaultAnswers() throws IOException {
        FrameApplier applier = newApplier(faults);
        while (true) {
            applier.apply(faults.readHeader());
        }
    }

    private FrameApplier newApplier(FrameChannel channel) {
        return new FrameApplier(host, channel, memory, mapper, handOver, receivedBytes, options.testSwitch());
    }

    private void tick() {
        long now = host.nanoTime();
        perform(session.onTick(now));
        loop.tell(
                progress,
                new MigrationProgress(
                        phase, 0, receivedBytes.get(), statistics.count(), memory.notCurrent(), now - beganNanos));
    }

    private void perform(List<DestinationAction> actions) {
        for (DestinationAction action : actions) {
            try {
                perform(action);
            } catch (IOException | RuntimeException | Error e) {
                // Not at once: the actions that follow belong to the state before.
                loop.post(() -> perform(session.onFailure(EngineLoop.reason(e))));
            }
        }
    }

    private void perform(DestinationAction action) throws IOException {
        switch (action) {
            case DestinationAction.Send send -> outbox.send(send.frame());
            case DestinationAction.Arm _ -> {
                memory.arm();
                serve(); // not before: no page of a source whose guest does not fit is to be taken
            }
            case DestinationAction.Rejoin _ -> {
                handOver.begin();
                memory.rejoin();
                serve();
                handOver.pagesBecameCurrent();
            }
            case DestinationAction.SendNeeded _ -> sendNeeded();
            case DestinationAction.Load load -> load(load.prepare());
            case DestinationAction.Resume resume -> start(resume.run() && !options.startPaused());
            case DestinationAction.ApplyMap map -> applyMap(map.frame());
            case DestinationAction.Disarm _ -> {
                memory.disarm();
                noteComplete();
                perform(session.onDisarmed());
            }
            case DestinationAction.Freeze _ -> tryOnGuest(guest::freeze);
            case DestinationAction.Discard _ -> discard();
            case DestinationAction.Finish finish -> {
                settled = finish.settled() && failure.isEmpty();
                failure = finish.failure() + failure;
                loop.finish();
            }
        }
    }

    /** Before the source is told, which then forgets: a successor of this engine would wait for it in vain. */
    private void noteComplete() {
        try {
            journal.record(Phase.COMPLETE);
        } catch (GuestException e) {
            System.getLogger(DestinationEngine.class.getName())
                    .log(System.Logger.Level.WARNING, "that the move is complete could not be written down", e);
        }
    }

    private void serve() {
        loop.start("pages", this::readPages);
        loop.start("fault-answers", this::readFaultAnswers);
        loop.start(
                "faults",
                new FaultService(host, guest.uffd(), memory, waiting, mapper, statistics, faults, faultWaiter)::run);
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
        preparedNanos = host.nanoTime();
        phase = "hand-over";
        handOver.begin();
        // On a thread of its own: while it touches guest memory, the session has to hear the source.
        loop.start("load", () -> {
            journal.record(Phase.LOADING);
            guest.loadDeviceState(prepare.payload());
            // Before the source may be told so; and whether the guest is to run, which a successor is not told again.
            journal.record(Phase.PREPARED, (prepare.flags() & Frame.FLAG_RUN) != 0);
            loop.post(() -> perform(session.onLoaded()));
        });
    }

    private void start(boolean run) {
        missingAtStart = memory.notCurrent();
        boolean hasRun = journal.phase() == Phase.RUNNING;
        journal.record(Phase.RUNNING, run);
        try {
            if (run) {
                guest.resume();
            }
        } catch (GuestException e) {
            perform(session.onResumeFailed(Objects.requireNonNull(e.getMessage()), !hasRun && isGivenUp()));
            return;
        }
        startedNanos = host.nanoTime();
        phase = "post-copy";
        perform(session.onResumed());
    }

    private boolean isGivenUp() {
        try {
            guest.relinquish();
            return true;
        } catch (GuestException e) {
            failure = ". It could not be given up here either: " + e.getMessage();
            return false;
        }
    }

    private void applyMap(Frame frame) throws ProtocolException {
        int index = frame.region();
        if (frame.count() < 1 || !memory.hasPages(index, frame.page(), frame.count())) {
            throw new ProtocolException("the source sent the dirty map of pages " + frame.page() + " + " + frame.count()
                    + " of region " + index);
        }
        PageBits dirty = PageBits.decode(frame.payload(), (int) frame.count());
        PageStates states = memory.states(index);
        int first = (int) frame.page();
        for (int i = 0; i < dirty.pageCount(); i++) {
            if (dirty.contains(i)) {
                states.learnDirty(first + i);
            } else if (!states.learnClean(first + i)) {
                throw new ProtocolException("the source calls page " + (first + i) + " of region " + index
                        + " clean, of which the destination has no whole copy");
            }
        }
        waiting.forEach(key -> {
            if (PageStates.isCurrent(memory.states(WaitingFaults.region(key)).state(WaitingFaults.page(key)))) {
                mapper.answer(WaitingFaults.region(key), WaitingFaults.page(key), FaultKind.CONFIRMED);
            }
        });
        handOver.pagesBecameCurrent();
    }

    private void tryOnGuest(Runnable command) {
        try {
            command.run();
        } catch (GuestException e) {
            failure = ". The guest could not be told: " + e.getMessage();
        }
    }

    private void discard() {
        try {
            guest.relinquish();
        } catch (GuestException e) {
            // A guest whose device state was never loaded has nothing to run with: it needs no telling.
            if (!isStillIncoming()) {
                failure = ". The guest could not be told: " + e.getMessage();
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

    private DestinationReport report() {
        long now = host.nanoTime();
        return new DestinationReport(
                receivedBytes.get(),
                missingAtStart,
                Arrays.stream(FaultKind.values()).map(statistics::summary).toList(),
                startedNanos - preparedNanos,
                now - startedNanos);
    }
}
