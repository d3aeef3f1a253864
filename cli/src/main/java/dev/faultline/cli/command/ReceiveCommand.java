package dev.faultline.cli.command;

import dev.faultline.cli.attach.Attached;
import dev.faultline.cli.attach.GuestTarget;
import dev.faultline.cli.attach.JournalOption;
import dev.faultline.cli.attach.Side;
import dev.faultline.cli.option.AddressConverter;
import dev.faultline.cli.option.EnumConverter;
import dev.faultline.cli.option.FaultSpinOption;
import dev.faultline.cli.option.LostPagesOption;
import dev.faultline.cli.option.Network;
import dev.faultline.cli.option.ParentOption;
import dev.faultline.cli.option.ReconnectOption;
import dev.faultline.cli.process.OperatorException;
import dev.faultline.cli.rehearsal.Rehearsal;
import dev.faultline.migration.AdmissionCheck;
import dev.faultline.migration.MigrationException;
import dev.faultline.migration.OnLostPages;
import dev.faultline.migration.PagesLostException;
import dev.faultline.migration.TestSwitch;
import dev.faultline.migration.destination.Acceptor;
import dev.faultline.migration.destination.DestinationEngine;
import dev.faultline.migration.destination.DestinationOptions;
import dev.faultline.migration.host.Host;
import dev.faultline.migration.journal.Journal;
import java.net.InetSocketAddress;
import java.util.concurrent.Callable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Takes a guest in. */
@Command(
        name = "receive",
        description = "Wait for a migration and take its guest into a process started with 'guest --incoming'.",
        mixinStandardHelpOptions = true)
public final class ReceiveCommand implements Callable<Integer> {
    @ArgGroup(multiplicity = "1")
    private GuestTarget target = new GuestTarget();

    @Mixin
    private JournalOption journals = new JournalOption();

    @Option(
            names = "--listen",
            paramLabel = "HOST:PORT",
            defaultValue = "127.0.0.1:7070",
            converter = AddressConverter.class,
            description = "Where to listen; port 0 takes any that is free (default: ${DEFAULT-VALUE}).")
    private InetSocketAddress address = new InetSocketAddress(0);

    @Mixin
    private Network network = new Network();

    @Option(names = "--start-paused", description = "Keep the guest paused here until 'control resume'.")
    private boolean startPaused;

    @Option(names = "--dry-run", description = "Say what would happen, and what would be refused; change nothing.")
    private boolean dryRun;

    @Option(names = "--json", description = "Say it to machines: one JSON object per line.")
    private boolean json;

    @Option(names = "--standby", description = "Rehearse before listening: the guest then stands still for less time.")
    private boolean standby;

    @Option(names = "--test-switch", hidden = true, converter = EnumConverter.Switch.class, description = "Break it.")
    private TestSwitch testSwitch = TestSwitch.NONE;

    @Mixin
    private ReconnectOption reconnect = new ReconnectOption();

    @Option(
            names = "--overcommit",
            description = "Take a guest in also if this host has less memory available than the guest may come to use."
                    + " Huge pages and the file system of its memory must have room all the same.")
    private boolean overcommit;

    @Mixin
    private LostPagesOption lostPages = new LostPagesOption();

    @Mixin
    private FaultSpinOption faultSpin = new FaultSpinOption();

    @Mixin
    private ParentOption parent = new ParentOption();

    private ReceiveCommand() {}

    @Override
    public Integer call() throws OperatorException, MigrationException {
        parent.bind();
        AdmissionCheck admission = overcommit ? AdmissionCheck.OVERCOMMIT : AdmissionCheck.ALL;
        OnLostPages policy = lostPages.with(reconnect);
        Host host = network.listening(address);
        if (dryRun) {
            new DryRun(json).look(target, Side.DESTINATION, "It could take a guest in.");
            return 0;
        }
        DestinationOptions options = new DestinationOptions(
                startPaused, reconnect.nanos(), policy, admission, faultSpin.limit(), testSwitch);
        try (Attached attached = target.attach(Side.DESTINATION);
                Journal journal = journals.claim(target, attached.guest());
                Acceptor acceptor = Acceptor.listen(host, address);
                ProgressPrinter progress = new ProgressPrinter(json)) {
            new Done(json).attached(attached);
            if (standby) {
                Rehearsal.run(attached.guest());
            }
            new Done(json).listening(address, acceptor.port());
            new Done(json)
                    .arrive(
                            DestinationEngine.run(host, attached.guest(), acceptor, options, journal, progress),
                            startPaused);
        } catch (PagesLostException e) {
            new Done(json).lost(e.report());
            throw e;
        }
        return 0;
    }
}
