package dev.faultline.migration.destination;

import dev.faultline.migration.MigrationException;
import dev.faultline.migration.guest.Guest;
import dev.faultline.migration.guest.GuestException;
import dev.faultline.migration.guest.GuestRegion;
import dev.faultline.migration.guest.GuestState;
import dev.faultline.migration.journal.Journal;
import dev.faultline.migration.journal.Phase;
import dev.faultline.migration.wire.Frame;
import dev.faultline.migration.wire.FrameChannel;
import dev.faultline.migration.wire.FrameType;
import dev.faultline.uffd.os.LinuxException;
import java.io.EOFException;
import java.io.IOException;

/** Ends a move that was broken off when there was nothing left to do here, or before there was anything. */
public final class LastAnswer {
    private LastAnswer() {}

    /**
     * Sees to it that a guest whose memory or device state was coming in never runs here.
     *
     * @param guest the guest
     * @param journal its journal, in phase RECEIVING, LOADING or PREPARED
     * @throws GuestException if the guest cannot be told; nothing is forgotten then
     */
    public static void giveUp(Guest guest, Journal journal) {
        if (journal.phase() == Phase.PREPARED) {
            guest.relinquish(); // before it could touch anything
        }
        unregister(guest);
        if (journal.phase() == Phase.LOADING) {
            relinquishLoading(guest);
        }
        if (journal.phase() == Phase.PREPARED) {
            journal.record(Phase.NEVER); // the source may have given the guest away, and waits to hear
        } else {
            journal.forget();
        }
    }

    /** The load may have waited for a page that nobody would bring; now it ends, whatever it has seen. */
    private static void relinquishLoading(Guest guest) {
        try {
            guest.relinquish();
        } catch (GuestException e) {
            if (guest.state() != GuestState.INCOMING) {
                throw e;
            }
            // It never came to the load, and has nothing to run with.
        }
    }

    private static void unregister(Guest guest) {
        for (GuestRegion region : guest.regions()) {
            try {
                guest.uffd(region).unregister(region.guestAddress(), region.lengthBytes());
            } catch (LinuxException e) {
                // It was not registered yet, or its process has ended.
                System.getLogger(LastAnswer.class.getName()).log(System.Logger.Level.DEBUG, "not unregistered", e);
            }
        }
    }

    /**
     * Notes that the guest's process has ended before it was told to run.
     *
     * @param journal its journal, in phase PREPARED
     */
    public static void gaveUp(Journal journal) {
        journal.record(Phase.NEVER);
    }

    /**
     * Tells the source how the move has ended, when it asks.
     *
     * @param acceptor where it connects
     * @param journal the guest's journal, in phase NEVER or COMPLETE
     * @throws MigrationException if the source asks something else or goes away
     */
    public static void tell(Acceptor acceptor, Journal journal) throws MigrationException {
        tell(acceptor.awaitAgain(journal.entry().sessionId()), journal);
    }

    /** As {@link #tell(Acceptor, Journal)}; if it fails, the journal still has the answer. */
    static void tryToTell(Gathering.Source source, Journal journal) {
        try {
            tell(source, journal);
        } catch (MigrationException e) {
            System.getLogger(LastAnswer.class.getName()).log(System.Logger.Level.WARNING, e.getMessage());
        }
    }

    private static void tell(Gathering.Source source, Journal journal) throws MigrationException {
        try {
            FrameChannel control = source.control();
            if (control.read().type() != FrameType.RESUME) {
                throw new MigrationException("the source does not ask how its move has ended", null);
            }
            control.write(Frame.of(journal.phase() == Phase.NEVER ? FrameType.NEVER : FrameType.COMPLETE));
            awaitEnd(control);
            journal.forget();
        } catch (IOException e) {
            throw new MigrationException("the source went away before it was told: " + e.getMessage(), e);
        } finally {
            source.close();
        }
    }

    /** The source closes when it has drawn its conclusion; pings may come before. */
    private static void awaitEnd(FrameChannel control) throws IOException {
        try {
            while (true) {
                control.read();
            }
        } catch (EOFException e) {
            return;
        }
    }
}
