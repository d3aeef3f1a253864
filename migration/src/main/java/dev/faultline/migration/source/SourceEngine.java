package dev.faultline.migration.source;

import dev.faultline.migration.MigrationException;
import dev.faultline.migration.MigrationMode;
import dev.faultline.migration.MigrationProgress;
import dev.faultline.migration.RoundSummary;
import dev.faultline.migration.TestSwitch;
import dev.faultline.migration.engine.EngineLoop;
import dev.faultline.migration.engine.Outbox;
import dev.faultline.migration.guest.Guest;
import dev.faultline.migration.guest.GuestException;
import dev.faultline.migration.guest.GuestState;
import dev.faultline.migration.page.PageBits;
import dev.faultline.migration.session.RoundPolicy;
import dev.faultline.migration.session.SourceAction;
import dev.faultline.migration.session.SourceSession;
import dev.faultline.migration.wire.Frame;
import dev.faultline.migration.wire.FrameType;
import dev.faultline.migration.wire.Offer;
import dev.faultline.uffd.os.LinuxException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * Moves a guest away: runs the source's session over sockets and a real guest. One thread owns the session; workers send
 * pages, take acknowledgements and answer faults.
 */
public final class SourceEngine {
    /** Pages that one frame of the dirty map tells of: 64 MiB of 4 KiB pages. */
    private static final int MAP_CHUNK_PAGES = 1 << 14;

    private static final long CLOSE_NANOS = 1_000_000_000L;

    private final Guest guest;
    private final SourceOptions options;
    private final Consumer<MigrationProgress> progress;
    private final SourceCounters counters = new SourceCounters();
    private final SendLedger ledger = new SendLedger();
    private final FinalMap map = new FinalMap();
    private final WriteTracker tracker;
    private final SourceMemory memory;
    private final Connections connections;
    private final PageSender sender;
    private final RoundSender rounds;
    private final SourceSession session;
    private final EngineLoop loop;
    private final Outbox outbox;

    private final long beganNanos = System.nanoTime();
    private boolean stoppedHere;
    private long pausedNanos;
    private long downtimeNanos;
    private long deviceStateBytes;
    private final List<RoundSummary> finishedRounds = new ArrayList<>();
    private String phase = "connecting";
    private String failure = "";

    private SourceEngine(
            Guest guest,
            SourceOptions options,
            SourceMemory memory,
            Connections connections,
            Consumer<MigrationProgress> progress) {
        this.guest = guest;
        this.options = options;
        this.progress = progress;
        tracker = new WriteTracker(guest);
        session = new SourceSession(options.mode(), new RoundPolicy(options.mode()), options.holdMapNanos());
        loop = new EngineLoop(reason -> perform(session.onFailure(reason)), this::tick);
        this.connections = connections;
        outbox = new Outbox(connections.control());
        this.memory = memory;
        sender = new PageSender(connections.pages(), memory.newReaders(), ledger, counters);
        rounds = new RoundSender(memory, tracker, sender, ledger, counters, options.testSwitch());
    }

    /**
     * Moves a guest to a destination and returns when it has all of it.
     *
     * @param guest the guest, running or paused here
     * @param options how
     * @param progress told of the progress some times a second
     * @return what was done
     * @throws MigrationException if it did not come to its end; the message says where the guest is
     */
    public static SourceReport run(Guest guest, SourceOptions options, Consumer<MigrationProgress> progress)
            throws MigrationException {
        try {
            GuestState state = guest.state();
            if (state != GuestState.RUNNING && state != GuestState.PAUSED) {
                throw new MigrationException("this guest cannot be moved: it is " + state, null);
            }
            try (SourceMemory memory = new SourceMemory(guest);
                    Connections connections = Connections.open(options.destination())) {
                return new SourceEngine(guest, options, memory, connections, progress).run();
            }
        } catch (GuestException | LinuxException e) {
            throw new MigrationException("the migration could not begin: " + e.getMessage(), e);
        }
    }

    private SourceReport run() throws MigrationException {
        Thread controlReader = loop.start("control", this::readControl);
        loop.start("control-out", outbox::run);
        loop.start("acknowledgements", sender::readAcknowledgements);
        boolean sendTwice = options.testSwitch() == TestSwitch.WRITE_AFTER_MAP;
        loop.start(
                "faults",
                () -> new FaultAnswerer(connections.faults(), memory.newReaders(), map, counters, sendTwice).run());
        perform(session.start(Offer.of(guest.regions()), System.nanoTime()));
        loop.run();
        ledger.breakOff();
        map.giveUp();
        outbox.end();
        endConnections(controlReader);
        if (!failure.isEmpty()) {
            throw new MigrationException(failure, null);
        }
        return report();
    }

    /** The control connection ends first: what the peer learns of a failure is the reason, and not a closed connection. */
    private void endConnections(Thread controlReader) {
        EngineLoop.join(controlReader, CLOSE_NANOS);
        connections.pages().close();
        connections.faults().close();
        if (!loop.joinWorkers(CLOSE_NANOS)) {
            connections.close();
            if (!loop.joinWorkers(CLOSE_NANOS)) {
                memory.keepForever();
            }
        }
    }

    private void readControl() throws IOException, InterruptedException {
        while (true) {
            Frame frame = connections.control().read();
            loop.postFrame(() -> {
                if (frame.type() == FrameType.STARTED) {
                    downtimeNanos = System.nanoTime() - pausedNanos;
                    phase = "push";
                }
                perform(session.onFrame(frame, System.nanoTime()));
            });
        }
    }

    private void tick() {
        long now = System.nanoTime();
        perform(session.onTick(now));
        loop.tell(
                progress,
                new MigrationProgress(
                        phase,
                        finishedRounds.size(),
                        counters.sentBytes.get(),
                        counters.faultPages.get() + counters.faultCurrent.get(),
                        map.remaining().orElse(counters.dirtyPages.get()),
                        now - beganNanos));
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
            case SourceAction.Send send -> outbox.send(send.frame());
            case SourceAction.Track _ ->
                // On a thread of its own: protecting a big guest takes seconds, and the session has to be heard.
                loop.start("track", () -> {
                    tracker.start();
                    loop.post(() -> perform(session.onTracking()));
                });
            case SourceAction.SendRound send -> sendRound(send.round());
            case SourceAction.Pause _ -> pause();
            case SourceAction.CopyRest _ -> freeze(() -> rounds.copyRest(map));
            case SourceAction.FreezeMap _ -> freeze(() -> rounds.freeze(map));
            case SourceAction.SaveDeviceState _ -> {
                byte[] state = guest.saveDeviceState();
                deviceStateBytes = state.length;
                perform(session.onDeviceState(state));
            }
            case SourceAction.Push _ -> loop.start("push", () -> sender.push(map));
            case SourceAction.SendMap _ -> sendMap();
            case SourceAction.Relinquish _ -> relinquish();
            case SourceAction.Release release -> release(release.resume());
            case SourceAction.Finish finish -> {
                failure = finish.failure() + failure;
                loop.finish();
            }
        }
    }

    private void sendRound(int number) {
        phase = "pre-copy";
        loop.start("round-" + number, () -> {
            RoundSummary summary = rounds.sendRound(number);
            loop.post(() -> {
                finishedRounds.add(summary);
                perform(session.onRound(summary));
            });
        });
    }

    private void pause() {
        phase = "hand-over";
        boolean wasRunning = guest.state() == GuestState.RUNNING;
        pausedNanos = System.nanoTime();
        if (wasRunning) {
            stoppedHere = true; // also if the answer is lost: the machine may stop later
            guest.pause();
        }
        if (options.mode() != MigrationMode.PRECOPY) {
            rounds.closeRounds();
        }
        perform(session.onPaused(wasRunning));
    }

    private void freeze(EngineLoop.Work work) {
        loop.start("final-scan", () -> {
            work.run();
            loop.post(() -> perform(session.onMapFrozen()));
        });
    }

    private void sendMap() {
        List<PageBits> dirty = map.known();
        for (int region = 0; region < dirty.size(); region++) {
            PageBits bits = dirty.get(region);
            for (int first = 0; first < bits.pageCount(); first += MAP_CHUNK_PAGES) {
                int count = Math.min(MAP_CHUNK_PAGES, bits.pageCount() - first);
                byte[] chunk = bits.encode(first, count);
                outbox.send(new Frame(FrameType.DIRTY_MAP, 0, region, count, first, 0, chunk));
            }
        }
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

    private void release(boolean resume) {
        try {
            if (resume && stoppedHere) {
                guest.resume(); // first: ending the tracking of a big guest takes a while
            }
        } catch (GuestException e) {
            failure = ". The guest could not be told: " + e.getMessage();
        }
        tracker.stop();
    }

    private SourceReport report() {
        return new SourceReport(
                options.mode(),
                List.copyOf(finishedRounds),
                counters.precopyPages.get(),
                counters.dirtyPages.get(),
                counters.pushedPages.get(),
                counters.faultPages.get(),
                counters.faultCurrent.get(),
                counters.sentBytes.get(),
                deviceStateBytes,
                downtimeNanos,
                pausedNanos - beganNanos,
                System.nanoTime() - beganNanos);
    }
}
