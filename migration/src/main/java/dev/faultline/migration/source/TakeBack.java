package dev.faultline.migration.source;

import dev.faultline.migration.MigrationException;
import dev.faultline.migration.guest.Guest;
import dev.faultline.migration.guest.GuestException;
import dev.faultline.migration.guest.GuestState;
import dev.faultline.migration.host.Host;
import dev.faultline.migration.journal.Entry;
import dev.faultline.migration.journal.Journal;
import dev.faultline.migration.journal.Phase;
import dev.faultline.migration.wire.Frame;
import dev.faultline.migration.wire.FrameType;
import java.io.IOException;
import java.net.InetSocketAddress;

/** Ends a move that was broken off before the destination was told to run the guest: it goes on here as before. */
public final class TakeBack {
    private static final System.Logger LOG = System.getLogger(TakeBack.class.getName());
    private static final long AGAIN_NANOS = 50_000_000L;
    private static final byte[] NOTHING = {};
    private static final long TELL_NANOS = 5_000_000_000L;
    /** One that no engine has which goes on with a move: {@link Connections#open}. */
    private static final int ATTEMPT = 0xffff;

    private TakeBack() {}

    /**
     * Lets the guest run on, if it ran, and ends its tracking.
     *
     * @param host where this engine runs
     * @param guest the guest
     * @param journal its journal, in phase COPYING or PAUSED
     * @param destination where the destination may wait to hear of it; it need not
     * @throws GuestException if the guest cannot be told to run; nothing is forgotten then
     */
    public static void run(Host host, Guest guest, Journal journal, InetSocketAddress destination) {
        Entry left = journal.entry();
        if (left.phase() == Phase.PAUSED && left.runs()) {
            guest.resume();
        }
        WriteTracker.end(guest);
        tell(host, destination, left.sessionId());
        journal.forget();
    }

    /** Writes down that the guest, which was handed over, never ran there: a successor takes it back without asking. */
    static void note(Journal journal) {
        try {
            if (journal.phase() == Phase.COMMITTED) {
                journal.record(Phase.PAUSED);
            }
        } catch (GuestException e) {
            LOG.log(System.Logger.Level.WARNING, "that the guest is this side's again could not be written down", e);
        }
    }

    /**
     * Lets a guest run on although its hand-over is in doubt, because an operator knows that it does not run at the
     * destination and never will. Nothing proves it: were it wrong, two hosts would run the guest.
     *
     * @param host where this engine runs
     * @param guest the guest
     * @param journal its journal, in phase COMMITTED
     * @param destination where the destination may wait; one that has loaded the guest and hears of it lets it go
     * @throws IllegalArgumentException if the hand-over is not in doubt
     * @throws GuestException if the guest cannot be told to run; one that was given up never can
     */
    public static void inDoubt(Host host, Guest guest, Journal journal, InetSocketAddress destination) {
        if (journal.phase() != Phase.COMMITTED) {
            throw new IllegalArgumentException("the hand-over is not in doubt, it is " + journal.phase());
        }
        if (guest.state() == GuestState.RELINQUISHED) {
            // The engine was ended between hearing of the start and writing that down.
            throw new GuestException(
                    "The destination has run this guest: what is here is its past, and it never runs" + " here again");
        }
        LOG.log(
                System.Logger.Level.WARNING,
                "an operator has the guest run here although its hand-over is in doubt: session "
                        + Long.toHexString(journal.entry().sessionId()) + ", process " + guest.processId());
        // First: a successor of this engine is not to tell a destination to run it as well.
        journal.record(Phase.PAUSED);
        run(host, guest, journal, destination);
    }

    /**
     * Tells a destination, which may wait with a loaded guest, that the source runs it. It would never start it without a
     * COMMIT, so that no answer is waited for long, or at all.
     */
    static void tell(Host host, InetSocketAddress destination, long sessionId) {
        host.start("take-back", () -> tellNow(host, destination, sessionId)).join(TELL_NANOS);
    }

    /** What broke the move may break this connection too; who listens is told until the time is over. */
    private static void tellNow(Host host, InetSocketAddress destination, long sessionId) {
        long beganNanos = host.nanoTime();
        boolean again = true;
        while (again && host.nanoTime() - beganNanos < TELL_NANOS) {
            try (Connections connections = Connections.open(host, destination, sessionId, ATTEMPT, 1)) {
                connections.control().write(new Frame(FrameType.RESUME, Frame.FLAG_TAKEN_BACK, 0, 0, 0, 0, NOTHING));
                connections.control().read();
                connections.control().endOutput();
                again = false;
            } catch (IOException e) {
                LOG.log(System.Logger.Level.DEBUG, "the destination has not been told yet", e);
                host.pause(AGAIN_NANOS);
            } catch (MigrationException e) {
                LOG.log(System.Logger.Level.DEBUG, "the destination could not be told", e);
                again = false;
            }
        }
    }
}
