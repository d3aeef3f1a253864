package dev.faultline.cli.command;

import dev.faultline.cli.attach.Attached;
import dev.faultline.cli.attach.GuestTarget;
import dev.faultline.cli.attach.JournalOption;
import dev.faultline.cli.attach.Side;
import dev.faultline.cli.option.AddressConverter;
import dev.faultline.cli.option.BandwidthConverter;
import dev.faultline.cli.option.FaultSpinOption;
import dev.faultline.cli.option.LostPagesOption;
import dev.faultline.cli.option.Network;
import dev.faultline.cli.option.ParentOption;
import dev.faultline.cli.option.ReconnectOption;
import dev.faultline.cli.process.OperatorException;
import dev.faultline.migration.AdmissionCheck;
import dev.faultline.migration.Limits;
import dev.faultline.migration.MigrationException;
import dev.faultline.migration.MigrationMode;
import dev.faultline.migration.PagesLostException;
import dev.faultline.migration.TestSwitch;
import dev.faultline.migration.destination.Acceptor;
import dev.faultline.migration.destination.DestinationEngine;
import dev.faultline.migration.destination.DestinationOptions;
import dev.faultline.migration.destination.LastAnswer;
import dev.faultline.migration.guest.Guest;
import dev.faultline.migration.host.Host;
import dev.faultline.migration.journal.Entry;
import dev.faultline.migration.journal.Journal;
import dev.faultline.migration.journal.Phase;
import dev.faultline.migration.source.SourceEngine;
import dev.faultline.migration.source.SourceOptions;
import dev.faultline.migration.source.TakeBack;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Goes on with a move whose engine was killed, or whose connection broke. */
@Command(
        name = "resume",
        description = {
            "Go on with a move that was broken off: finish it, or take it back, as both sides' journals say. Where the"
                    + " hand-over had begun, run it on both sides, the destination first. Without a guest it lists what"
                    + " there is to resume."
        },
        mixinStandardHelpOptions = true)
public final class ResumeCommand implements Callable<Integer> {
    @ArgGroup
    private @Nullable GuestTarget target;

    @Mixin
    private JournalOption journals = new JournalOption();

    @Option(
            names = "--to",
            paramLabel = "HOST:PORT",
            converter = AddressConverter.class,
            description = "Source: where 'resume' listens on the destination (default: where 'receive' listened).")
    private @Nullable InetSocketAddress to;

    @Option(
            names = "--listen",
            paramLabel = "HOST:PORT",
            converter = AddressConverter.class,
            description = "Destination: where to listen (default: where 'receive' listened).")
    private @Nullable InetSocketAddress listen;

    @Mixin
    private Network network = new Network();

    @Option(names = "--keep-source", description = "Do not end the guest's process here when the guest has left.")
    private boolean keepSource;

    @Option(
            names = "--give-up",
            description = "Destination: instead of waiting for the source, end a guest that was loaded here and never"
                    + " ran. The source learns of it when it is resumed.")
    private boolean giveUp;

    @Mixin
    private LastResort lastResort = new LastResort();

    @Option(
            names = "--forget",
            description = "Forget the move instead: for a guest whose process has ended. Nothing else is done.")
    private boolean forget;

    @Option(names = "--json", description = "Say it to machines: one JSON object per line.")
    private boolean json;

    @Mixin
    private ParentOption parent = new ParentOption();

    @Mixin
    private ReconnectOption reconnect = new ReconnectOption();

    @Mixin
    private LostPagesOption lostPages = new LostPagesOption();

    @Mixin
    private FaultSpinOption faultSpin = new FaultSpinOption();

    @Option(
            names = "--max-postcopy-bandwidth",
            paramLabel = "BYTES_PER_S",
            converter = BandwidthConverter.class,
            description =
                    "Source: bytes pushed per second. Pages that the guest waits for are sent at once (default: no"
                            + " limit).")
    private @Nullable Long maxPostcopyBytesPerSecond;

    private ResumeCommand() {}

    @Override
    public Integer call() throws OperatorException, MigrationException {
        parent.bind();
        lostPages.with(reconnect);
        if (target == null) {
            JournalText.print(Journal.list(journals.directory()), json);
            return 0;
        }
        try (Journal journal = Journal.reopen(journals.directory(), target.name())) {
            if (forget) {
                forget(journal);
            } else {
                resume(target, journal);
            }
        }
        return 0;
    }

    private void forget(Journal journal) throws OperatorException {
        if (journal.entry().isAlive() && !journal.entry().isOver()) {
            throw new OperatorException(
                    "The guest's process (" + journal.entry().key().processId()
                            + ") is still there: resume the move, or end that process first");
        }
        journal.forget();
        new Done(json).words("Forgotten.");
    }

    private void resume(GuestTarget guest, Journal journal) throws OperatorException, MigrationException {
        Entry left = journal.entry();
        lastResort.check(left);
        if (left.phase() == Phase.LOST) {
            throw new OperatorException("The source of this guest was given up, and what was missing with it: there is"
                    + " nothing to resume. '--forget' forgets the move");
        }
        if (left.isOver()) {
            tell(journal);
            return;
        }
        if (!left.isAlive()) {
            resumeWithoutGuest(journal);
            return;
        }
        try (Attached attached =
                guest.attach(left.phase().isAtSource() ? Side.RESUMED_SOURCE : Side.RESUMED_DESTINATION)) {
            if (!left.isOf(attached.guest().regions())) {
                throw new OperatorException(
                        "The guest's memory is not what the journal says (" + left.layout() + "): is it another one?");
            }
            resume(attached, journal);
        }
    }

    private void resume(Attached attached, Journal journal) throws OperatorException, MigrationException {
        Guest guest = attached.guest();
        if (lastResort.isAskedFor()) {
            lastResort.run(network, address(to, journal), guest, journal, json);
            return;
        }
        switch (journal.phase()) {
            case COPYING, PAUSED -> {
                InetSocketAddress destination = address(to, journal);
                TakeBack.run(network.connecting(List.of(destination)), guest, journal, destination);
                new Done(json).words("The destination was never told to run the guest: it goes on here as before.");
            }
            case COMMITTED, SERVING -> finishLeaving(attached, journal);
            case RECEIVING, LOADING -> {
                LastAnswer.giveUp(guest, journal);
                new Done(json).words("The guest never ran here; this side is as it was, or has ended.");
            }
            case PREPARED -> {
                if (giveUp) {
                    LastAnswer.giveUp(guest, journal);
                    new Done(json).words("The guest never ran here and never will.");
                } else {
                    finishArriving(guest, journal);
                }
            }
            default -> finishArriving(guest, journal);
        }
    }

    /** A guest that ended before it ran is one that never will, and its source wants to hear that. */
    private void resumeWithoutGuest(Journal journal) throws OperatorException, MigrationException {
        switch (journal.phase()) {
            case PREPARED -> {
                LastAnswer.gaveUp(journal);
                tell(journal);
            }
            case RECEIVING, LOADING -> {
                journal.forget();
                new Done(json).words("The guest never ran here, and its process has ended.");
            }
            default ->
                throw new OperatorException("The guest's process ("
                        + journal.entry().key().processId()
                        + ") has ended, and with it the guest's memory on this side:"
                        + " there is nothing to resume. '--forget' forgets the move");
        }
    }

    private void tell(Journal journal) throws OperatorException, MigrationException {
        try (Acceptor acceptor = listen(journal, host(journal))) {
            LastAnswer.tell(acceptor, journal);
        }
        new Done(json).words("The source knows now how the move ended.");
    }

    private void finishLeaving(Attached attached, Journal journal) throws OperatorException, MigrationException {
        InetSocketAddress destination = address(to, journal);
        Host host = network.connecting(List.of(destination));
        SourceOptions options = new SourceOptions(
                destination, MigrationMode.HYBRID, pushLimits(), false, reconnect.nanos(), 0, TestSwitch.NONE);
        try (ProgressPrinter progress = new ProgressPrinter(json)) {
            var report = SourceEngine.resume(host, attached.guest(), options, journal, progress::accept);
            new Done(json).leave(attached, report, keepSource);
        }
    }

    private Limits pushLimits() {
        Limits usual = Limits.of(MigrationMode.HYBRID);
        return new Limits(
                usual.maxDowntimeNanos(),
                usual.maxRounds(),
                usual.maxTimeNanos(),
                usual.maxBytesPerSecond(),
                Objects.requireNonNullElse(maxPostcopyBytesPerSecond, usual.maxPostcopyBytesPerSecond()),
                usual.onNoConvergence());
    }

    private void finishArriving(Guest guest, Journal journal) throws OperatorException, MigrationException {
        Host host = host(journal);
        try (Acceptor acceptor = listen(journal, host);
                ProgressPrinter progress = new ProgressPrinter(json)) {
            DestinationOptions options = new DestinationOptions(
                    false,
                    reconnect.nanos(),
                    lostPages.with(reconnect),
                    AdmissionCheck.NONE,
                    faultSpin.limit(),
                    TestSwitch.NONE);
            var report = DestinationEngine.resume(host, guest, acceptor, options, journal, progress);
            new Done(json).arrive(report, !journal.entry().runs());
        } catch (PagesLostException e) {
            new Done(json).lost(e.report());
            throw e;
        }
    }

    private Host host(Journal journal) throws OperatorException, MigrationException {
        return network.listening(address(listen, journal));
    }

    private Acceptor listen(Journal journal, Host host) throws MigrationException {
        InetSocketAddress address = address(listen, journal);
        Acceptor acceptor = Acceptor.listen(host, address);
        new Done(json).listening(address, acceptor.port());
        return acceptor;
    }

    private static InetSocketAddress address(@Nullable InetSocketAddress given, Journal journal) {
        return Optional.ofNullable(given)
                .orElseGet(() -> new AddressConverter().convert(journal.entry().address()));
    }
}
