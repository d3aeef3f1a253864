package dev.faultline.cli.command;

import dev.faultline.cli.option.EnumConverter;
import dev.faultline.cli.option.Network;
import dev.faultline.cli.process.OperatorException;
import dev.faultline.migration.LostPagesReport;
import dev.faultline.migration.MigrationException;
import dev.faultline.migration.OnLostPages;
import dev.faultline.migration.destination.LostPages;
import dev.faultline.migration.guest.Guest;
import dev.faultline.migration.host.LocalHost;
import dev.faultline.migration.journal.Entry;
import dev.faultline.migration.journal.Journal;
import dev.faultline.migration.journal.Phase;
import dev.faultline.migration.source.TakeBack;
import java.net.InetSocketAddress;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** What an operator orders when the other side never comes back. No engine can know that, so each order needs --yes. */
final class LastResort {
    @Option(
            names = "--lost-pages",
            paramLabel = "poison|kill",
            converter = EnumConverter.LostPages.class,
            description =
                    "Destination: instead of waiting for the source, which never comes back, do without the pages that"
                            + " only it has: poison them and let the guest go on, or kill the guest. Needs --yes.")
    private @Nullable OnLostPages lostPages;

    @Option(
            names = "--run-here",
            description =
                    "Source: the hand-over is in doubt, and the destination never comes back: let the guest run on"
                            + " here. If it runs there after all, two hosts run it. Needs --yes.")
    private boolean runHere;

    @Option(names = "--yes", description = "With --lost-pages or --run-here: yes, and there is no way back.")
    private boolean yes;

    /** Makes one, for picocli to fill. */
    LastResort() {}

    boolean isAskedFor() {
        return lostPages != null || runHere;
    }

    /**
     * Looks whether it can be done, before anything is.
     *
     * @throws OperatorException if it cannot, or was not confirmed
     */
    void check(Entry left) throws OperatorException {
        if (lostPages != null) {
            checkLostPages(lostPages, left.phase());
        }
        if (runHere) {
            checkRunHere(left.phase());
        }
        if (yes && !isAskedFor()) {
            throw new OperatorException("--yes goes with --lost-pages or --run-here, and with nothing else");
        }
    }

    private void checkLostPages(OnLostPages policy, Phase phase) throws OperatorException {
        if (runHere) {
            throw new OperatorException("--run-here is for the source and --lost-pages for the destination");
        }
        if (policy == OnLostPages.FREEZE) {
            throw new OperatorException("A guest whose source is away is frozen already: choose poison or kill");
        }
        if (phase == Phase.PREPARED) {
            throw new OperatorException("This guest never ran here, and none of its pages is known to be right:"
                    + " 'resume --give-up' ends it");
        }
        if (phase != Phase.RUNNING) {
            throw new OperatorException("This move is " + EnumConverter.word(phase)
                    + ": only a destination that was told to run its guest can do without the source's pages");
        }
        if (!yes) {
            throw new OperatorException(
                    policy == OnLostPages.KILL
                            ? "The guest would be killed, and its memory given back; the source's may be the only other"
                                    + " copy. Add --yes if the source never comes back"
                            : "The pages that are still at the source would be lost to the guest for good, and whatever"
                                    + " touches one would end. Add --yes if the source never comes back");
        }
    }

    private void checkRunHere(Phase phase) throws OperatorException {
        switch (phase) {
            case COPYING, PAUSED ->
                throw new OperatorException("The destination was never told to run this guest: 'faultline resume' lets"
                        + " it run on here, without --run-here");
            case COMMITTED -> {
                if (!yes) {
                    throw new OperatorException(
                            "The destination may have been told to run this guest. If it runs there,"
                                    + " two hosts would run it, and write to the same disks. Look there first; add --yes if it"
                                    + " does not run there and never will");
                }
            }
            case SERVING ->
                throw new OperatorException("The destination has run this guest: what is here is its past, and it never"
                        + " runs here again");
            default -> throw new OperatorException("--run-here is for the source, and this is the destination");
        }
    }

    /** Does it. */
    void run(Network network, InetSocketAddress destination, Guest guest, Journal journal, boolean json)
            throws OperatorException, MigrationException {
        Done done = new Done(json);
        if (lostPages != null) {
            LostPagesReport report = LostPages.giveUp(LocalHost.INSTANCE, guest, journal, lostPages);
            done.lost(report);
            done.words("The source is given up: " + report.words() + ".");
        } else {
            TakeBack.inDoubt(network.connecting(List.of(destination)), guest, journal, destination);
            done.words("The guest runs on here, as you ordered; it must never run at the destination.");
        }
    }
}
