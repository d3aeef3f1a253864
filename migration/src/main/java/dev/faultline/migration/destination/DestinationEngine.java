package dev.faultline.migration.destination;

import dev.faultline.migration.LostPagesReport;
import dev.faultline.migration.MigrationException;
import dev.faultline.migration.MigrationProgress;
import dev.faultline.migration.OnLostPages;
import dev.faultline.migration.PagesLostException;
import dev.faultline.migration.engine.EngineLoop;
import dev.faultline.migration.guest.Guest;
import dev.faultline.migration.guest.GuestException;
import dev.faultline.migration.guest.GuestState;
import dev.faultline.migration.host.Host;
import dev.faultline.migration.journal.Journal;
import dev.faultline.migration.journal.Phase;
import dev.faultline.uffd.os.LinuxException;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Takes a guest in, over as many connections as it takes: once the source may have given it away, one that breaks is waited
 * for again, while the guest runs, and its threads that touch a missing page wait.
 */
public final class DestinationEngine {
    private static final System.Logger LOG = System.getLogger(DestinationEngine.class.getName());

    private final Arrival arrival;
    private final ReturningSource returning;
    private final Consumer<MigrationProgress> progress;

    private DestinationEngine(Arrival arrival, ReturningSource returning, Consumer<MigrationProgress> progress) {
        this.arrival = arrival;
        this.returning = returning;
        this.progress = progress;
    }

    /**
     * Waits for a source, takes its guest in, and returns when all of it is here.
     *
     * @param host where this engine runs
     * @param guest a guest that waits for a device state
     * @param acceptor where sources connect
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
            Gathering.Source source = acceptor.awaitNew();
            journal.begin(Phase.RECEIVING, source.sessionId(), address, guest.regions());
            return receive(host, guest, acceptor, source, options, journal, progress);
        } catch (GuestException | LinuxException e) {
            throw new MigrationException("the migration could not begin: " + e.getMessage(), e);
        }
    }

    /**
     * Goes on with a move that was broken off when the guest was loaded here.
     *
     * @param host where this engine runs
     * @param guest the guest
     * @param acceptor where the source connects
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
            Gathering.Source source = acceptor.awaitAgain(journal.entry().sessionId());
            return receive(host, guest, acceptor, source, options, journal, progress);
        } catch (GuestException | LinuxException e) {
            throw new MigrationException("the move could not be resumed: " + e.getMessage(), e);
        }
    }

    private static DestinationReport receive(
            Host host,
            Guest guest,
            Acceptor acceptor,
            Gathering.Source source,
            DestinationOptions options,
            Journal journal,
            Consumer<MigrationProgress> progress)
            throws MigrationException {
        try (Arrival arrival = new Arrival(host, guest, options, journal);
                ReturningSource returning = new ReturningSource(host, acceptor, source.sessionId())) {
            return new DestinationEngine(arrival, returning, progress).run(source);
        } finally {
            source.close();
        }
    }

    private DestinationReport run(Gathering.Source first) throws MigrationException {
        Reception now = new Reception(arrival, first, arrival.journal.isResumed(), progress);
        now.run(returning);
        boolean isGone = false;
        while (now.isBrokenOff() && arrival.options.reconnectNanos() > 0 && !arrival.guest.hasEnded()) {
            LOG.log(
                    System.Logger.Level.WARNING,
                    "waiting for the source to connect again: " + EngineLoop.withoutConsequence(now.failure()));
            Optional<Gathering.Source> again = returning.await(arrival.options.reconnectNanos());
            if (again.isEmpty()) {
                isGone = true;
                break;
            }
            now = new Reception(arrival, again.get(), true, progress);
            now.run(returning);
        }
        if (isGone && arrival.options.onLostPages() != OnLostPages.FREEZE && arrival.journal.phase() == Phase.RUNNING) {
            giveUpPages(now);
        }
        String failure = now.isBrokenOff() ? now.end() : now.failure();
        now.settle(returning);
        if (!failure.isEmpty()) {
            throw new MigrationException(failure, null);
        }
        return arrival.report();
    }

    /** The source has not come back in time, and what is to be done without it has been chosen before. */
    private void giveUpPages(Reception last) throws MigrationException {
        String why = EngineLoop.withoutConsequence(last.failure());
        LostPagesReport report;
        try {
            report = new LostPages(arrival.host, arrival.guest, arrival.journal, arrival.memory)
                    .giveUp(arrival.options.onLostPages());
        } catch (MigrationException | GuestException | LinuxException e) {
            throw new MigrationException(
                    last.end() + ". What was to be done about lost pages failed: " + e.getMessage(), e);
        }
        throw new PagesLostException(why + ", and the source has not come back: " + report.words(), report);
    }
}
