package dev.faultline.cli.command;

import dev.faultline.cli.attach.Attached;
import dev.faultline.cli.attach.GuestTarget;
import dev.faultline.cli.attach.JournalOption;
import dev.faultline.cli.attach.Side;
import dev.faultline.cli.option.AddressConverter;
import dev.faultline.cli.option.DataPathOptions;
import dev.faultline.cli.option.EnumConverter;
import dev.faultline.cli.option.MoveLimitOptions;
import dev.faultline.cli.option.Network;
import dev.faultline.cli.option.ParentOption;
import dev.faultline.cli.option.ReconnectOption;
import dev.faultline.cli.process.OperatorException;
import dev.faultline.cli.rehearsal.Rehearsal;
import dev.faultline.migration.Limits;
import dev.faultline.migration.MigrationException;
import dev.faultline.migration.MigrationMode;
import dev.faultline.migration.OnNoConvergence;
import dev.faultline.migration.TestSwitch;
import dev.faultline.migration.host.Host;
import dev.faultline.migration.journal.Journal;
import dev.faultline.migration.source.SourceEngine;
import dev.faultline.migration.source.SourceOptions;
import dev.faultline.migration.source.SourceReport;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Moves a guest away. */
@Command(
        name = "migrate",
        description = "Move a running guest to where 'receive' waits for it.",
        mixinStandardHelpOptions = true)
public final class MigrateCommand implements Callable<Integer> {
    @ArgGroup(multiplicity = "1")
    private GuestTarget target = new GuestTarget();

    @Mixin
    private JournalOption journals = new JournalOption();

    @Option(
            names = "--to",
            paramLabel = "HOST:PORT",
            required = true,
            converter = AddressConverter.class,
            description =
                    "Where 'receive' listens. Given more than once: other ways to the same host, to be tried when one"
                            + " takes no connection, and when the connections break later.")
    private List<InetSocketAddress> addresses = new ArrayList<>();

    @Option(
            names = "--mode",
            paramLabel = "precopy|postcopy|hybrid",
            defaultValue = "hybrid",
            converter = EnumConverter.Mode.class,
            description = "Copy before the guest moves, after, or both (default: ${DEFAULT-VALUE}).")
    private MigrationMode mode = MigrationMode.HYBRID;

    @Mixin
    private Network network = new Network();

    @Mixin
    private MoveLimitOptions limitOptions = new MoveLimitOptions();

    @Mixin
    private DataPathOptions dataPath = new DataPathOptions();

    @Mixin
    private ControlOption control = new ControlOption();

    @Option(
            names = "--verify",
            description = "Hash every page as it arrives, and compare it at the end with what the source has.")
    private boolean verify;

    @Option(names = "--keep-source", description = "Do not end the guest's process here when the guest has left.")
    private boolean keepSource;

    @Option(names = "--dry-run", description = "Say what would happen, and what would be refused; change nothing.")
    private boolean dryRun;

    @Option(names = "--json", description = "Say it to machines: one JSON object per line.")
    private boolean json;

    @Option(
            names = "--hold-map",
            paramLabel = "SECONDS",
            hidden = true,
            defaultValue = "0",
            description = "Hold the dirty map back for so long after the hand-over.")
    private long holdMapSeconds;

    @Option(
            names = "--standby",
            description =
                    "Attach, rehearse, connect, and wait for 'faultline migration PATH resume': the guest then stands"
                            + " still for less time, and the move takes less.")
    private boolean standby;

    @Option(names = "--test-switch", hidden = true, converter = EnumConverter.Switch.class, description = "Break it.")
    private TestSwitch testSwitch = TestSwitch.NONE;

    @Mixin
    private ReconnectOption reconnect = new ReconnectOption();

    @Mixin
    private ParentOption parent = new ParentOption();

    private MigrateCommand() {}

    @Override
    public Integer call() throws OperatorException, MigrationException {
        parent.bind();
        InetSocketAddress address = addresses.getFirst();
        Host host = network.connecting(addresses);
        Limits limits = limitOptions.of(mode);
        if (limits.onNoConvergence() == OnNoConvergence.THROTTLE && target.isQemu()) {
            throw new OperatorException(
                    "A QEMU cannot be throttled from outside; choose --on-no-convergence abort or switch");
        }
        if (dryRun) {
            new DryRun(json).look(target, Side.SOURCE, "It could be moved to " + address.getHostString() + ".");
            return 0;
        }
        SourceOptions options = new SourceOptions(
                address,
                mode,
                limits,
                dataPath.get(),
                verify,
                standby,
                reconnect.nanos(),
                TimeUnit.SECONDS.toNanos(holdMapSeconds),
                testSwitch);
        try (Attached attached = target.attach(Side.SOURCE);
                Journal journal = journals.claim(target, attached.guest());
                SourceWatch watch = new SourceWatch(json);
                ControlOption.AutoCloser _ = control.open(journal, watch.desk(), standby, json)) {
            new Done(json).attached(attached);
            if (standby) {
                Rehearsal.run(attached.guest());
            }
            SourceReport report = SourceEngine.run(host, attached.guest(), options, journal, watch);
            new Done(json).leave(attached, report, keepSource);
        }
        return 0;
    }
}
