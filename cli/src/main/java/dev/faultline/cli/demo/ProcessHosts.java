package dev.faultline.cli.demo;

import dev.faultline.cli.attach.Limits;
import dev.faultline.cli.json.Events;
import dev.faultline.cli.json.RecordJson;
import dev.faultline.cli.option.EnumConverter;
import dev.faultline.cli.process.ChildProcess;
import dev.faultline.cli.process.Children;
import dev.faultline.cli.process.OperatorException;
import dev.faultline.guest.kvm.control.GuestReport;
import dev.faultline.guest.kvm.control.VmmClient;
import dev.faultline.guest.kvm.control.VmmMonitor;
import dev.faultline.migration.MigrationProgress;
import dev.faultline.migration.TestSwitch;
import dev.faultline.migration.destination.DestinationReport;
import dev.faultline.migration.source.SourceReport;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Two guest processes and two engines of this machine. Their parent is the thread that starts them. */
final class ProcessHosts implements Hosts {
    private static final Duration START = Duration.ofSeconds(60);
    private static final Duration END = Duration.ofSeconds(5);

    private final DemoSettings settings;
    private final String sourceName = name("source");
    private final String destinationName = name("destination");
    private final Children children = new Children();
    private @Nullable ChildProcess sourceProcess;
    private @Nullable VmmMonitor sourceGuest;
    private @Nullable VmmMonitor destinationGuest;
    private @Nullable ChildProcess migrate;
    private @Nullable ChildProcess receive;

    ProcessHosts(DemoSettings settings) {
        this.settings = settings;
    }

    private static String name(String side) {
        return "@faultline-demo-" + ProcessHandle.current().pid() + "-" + side;
    }

    @Override
    public void start() throws OperatorException {
        sourceProcess = startGuest("the guest on the source", sourceName, List.of());
        ChildProcess destination = startGuest("the waiting guest", destinationName, List.of("--incoming"));
        sourceProcess.await(Events.READY, START);
        destination.await(Events.READY, START);
        sourceGuest = VmmMonitor.connect(sourceName, Limits.COMMAND_NANOS);
        destinationGuest = VmmMonitor.connect(destinationName, Limits.COMMAND_NANOS);
    }

    private static <T> T started(@Nullable T host) {
        return Objects.requireNonNull(host, "it was not started");
    }

    @Override
    public GuestReport source() throws OperatorException {
        ChildProcess process = started(sourceProcess);
        if (process.hasEnded()) {
            throw process.failure();
        }
        return started(sourceGuest).query();
    }

    @Override
    public GuestReport destination() {
        return started(destinationGuest).query();
    }

    private ChildProcess startGuest(String what, String name, List<String> more) throws OperatorException {
        List<String> arguments = new ArrayList<>(List.of("guest", "--control", name));
        arguments.addAll(settings.guest().toArguments());
        arguments.addAll(more);
        return children.start(what, arguments);
    }

    @Override
    public void receive() throws OperatorException {
        List<String> arguments = new ArrayList<>(
                List.of("receive", "--guest", destinationName, "--listen", "127.0.0.1:0", "--reconnect-for", "0"));
        if (settings.compare()) {
            arguments.add("--start-paused");
        }
        addTestSwitch(arguments);
        receive = children.start("the destination's engine", arguments);
    }

    @Override
    public void migrate() throws OperatorException {
        int port = started(receive).await(Events.LISTENING, START).path("port").asInt();
        List<String> arguments = new ArrayList<>(
                List.of("migrate", "--guest", sourceName, "--to", "127.0.0.1:" + port, "--reconnect-for", "0"));
        arguments.addAll(List.of("--mode", EnumConverter.word(settings.mode()), "--keep-source"));
        arguments.addAll(List.of("--control", "none"));
        arguments.addAll(settings.limits().toArguments());
        if (settings.verify()) {
            arguments.add("--verify");
        }
        arguments.addAll(List.of("--hold-map", Long.toString(settings.holdMapSeconds())));
        addTestSwitch(arguments);
        migrate = children.start("the source's engine", arguments);
    }

    private void addTestSwitch(List<String> arguments) {
        if (settings.testSwitch() != TestSwitch.NONE) {
            arguments.addAll(List.of("--test-switch", EnumConverter.word(settings.testSwitch())));
        }
    }

    @Override
    public boolean haveMigrated() throws OperatorException {
        ChildProcess sender = started(migrate);
        ChildProcess receiver = started(receive);
        if (failed(sender)) {
            throw sender.failure();
        }
        if (failed(receiver)) {
            // The source notices within moments, and knows better where the guest is.
            throw sender.awaitEnd(END) ? sender.failure() : receiver.failure();
        }
        return sender.hasEnded() && receiver.hasEnded();
    }

    private static boolean failed(ChildProcess process) {
        return process.hasEnded() && process.latest(Events.DONE).isEmpty();
    }

    @Override
    public Optional<MigrationProgress> sourceProgress() {
        return at(started(migrate));
    }

    @Override
    public Optional<MigrationProgress> destinationProgress() {
        return at(started(receive));
    }

    private static Optional<MigrationProgress> at(ChildProcess process) {
        return process.latest(Events.PROGRESS).map(event -> RecordJson.read(event, MigrationProgress.class));
    }

    @Override
    public SourceReport migrated() throws OperatorException {
        return RecordJson.read(started(migrate).await(Events.DONE, END), SourceReport.class);
    }

    @Override
    public DestinationReport received() throws OperatorException {
        return RecordJson.read(started(receive).await(Events.DONE, END), DestinationReport.class);
    }

    @Override
    public Comparison compare() throws OperatorException {
        try (VmmClient source = VmmClient.attach(sourceName, Limits.COMMAND_NANOS);
                VmmClient destination = VmmClient.attach(destinationName, Limits.COMMAND_NANOS)) {
            Comparison comparison = MemoryComparison.of(source, destination);
            destination.resume();
            return comparison;
        }
    }

    @Override
    public void end() {
        started(sourceGuest).quit();
        started(destinationGuest).quit();
    }

    @Override
    public void close() {
        if (sourceGuest != null) {
            sourceGuest.close();
        }
        if (destinationGuest != null) {
            destinationGuest.close();
        }
        children.close();
    }
}
