package dev.faultline.cli.demo;

import dev.faultline.cli.option.GuestOptions;
import dev.faultline.cli.process.OperatorException;
import dev.faultline.guest.kvm.GuestConfig;
import dev.faultline.guest.kvm.MachineChoice;
import dev.faultline.guest.kvm.ModelGuest;
import dev.faultline.guest.kvm.control.GuestReport;
import dev.faultline.migration.MigrationProgress;
import dev.faultline.migration.destination.Acceptor;
import dev.faultline.migration.destination.DestinationEngine;
import dev.faultline.migration.destination.DestinationOptions;
import dev.faultline.migration.destination.DestinationReport;
import dev.faultline.migration.host.LocalHost;
import dev.faultline.migration.journal.Journal;
import dev.faultline.migration.source.SourceEngine;
import dev.faultline.migration.source.SourceOptions;
import dev.faultline.migration.source.SourceReport;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Two kernels of the model in this process, a guest on each, and the same two engines as ever, which talk over TCP. The
 * kernel's userfaultfd has no part in it.
 */
final class ModelHosts implements Hosts {
    private final DemoSettings settings;
    private final ModelGuest source;
    private final ModelGuest destination;
    private @Nullable Acceptor acceptor;
    private @Nullable EngineRun<DestinationReport> receive;
    private @Nullable EngineRun<SourceReport> migrate;

    ModelHosts(DemoSettings settings) {
        this.settings = settings;
        source = ModelGuest.create(config(settings.guest(), false));
        destination = ModelGuest.create(config(settings.guest(), true));
    }

    private static GuestConfig config(GuestOptions guest, boolean incoming) {
        return new GuestConfig(
                incoming ? "destination" : "source",
                guest.memoryBytes(),
                guest.pageSize(),
                guest.vcpus(),
                guest.workingSetBytes(),
                guest.coldSetBytes(),
                guest.writeRatePagesPerSecond(),
                incoming,
                false,
                MachineChoice.NATIVE,
                OptionalLong.empty());
    }

    @Override
    public void start() {
        source.resume();
    }

    @Override
    public GuestReport source() {
        return source.query();
    }

    @Override
    public GuestReport destination() {
        return destination.query();
    }

    @Override
    public void receive() throws OperatorException {
        Acceptor listening = listen();
        acceptor = listening;
        DestinationOptions options = new DestinationOptions(settings.compare(), 0, settings.testSwitch());
        receive = EngineRun.start(
                "destination",
                progress -> DestinationEngine.run(
                        LocalHost.INSTANCE, destination, listening, options, Journal.unkept(), progress));
    }

    private static Acceptor listen() throws OperatorException {
        try {
            return Acceptor.listen(LocalHost.INSTANCE, new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
        } catch (dev.faultline.migration.MigrationException e) {
            throw new OperatorException(String.valueOf(e.getMessage()), e);
        }
    }

    @Override
    public void migrate() throws OperatorException {
        InetSocketAddress address = new InetSocketAddress(
                InetAddress.getLoopbackAddress(), started(acceptor).port());
        long holdMapNanos = TimeUnit.SECONDS.toNanos(settings.holdMapSeconds());
        SourceOptions options = new SourceOptions(
                address,
                settings.mode(),
                settings.limits().of(settings.mode()),
                settings.verify(),
                0,
                holdMapNanos,
                settings.testSwitch());
        migrate = EngineRun.start(
                "source",
                progress -> SourceEngine.run(LocalHost.INSTANCE, source, options, Journal.unkept(), progress::accept));
    }

    private static <T> T started(@Nullable T part) {
        return Objects.requireNonNull(part, "it was not started");
    }

    @Override
    public boolean haveMigrated() throws OperatorException {
        EngineRun<SourceReport> sender = started(migrate);
        EngineRun<DestinationReport> receiver = started(receive);
        if (sender.hasFailed()) {
            sender.report();
        }
        if (receiver.hasFailed()) {
            receiver.report();
        }
        return sender.hasEnded() && receiver.hasEnded();
    }

    @Override
    public Optional<MigrationProgress> sourceProgress() {
        return started(migrate).progress();
    }

    @Override
    public Optional<MigrationProgress> destinationProgress() {
        return started(receive).progress();
    }

    @Override
    public SourceReport migrated() throws OperatorException {
        return started(migrate).report();
    }

    @Override
    public DestinationReport received() throws OperatorException {
        return started(receive).report();
    }

    @Override
    public Comparison compare() throws OperatorException {
        Comparison comparison = MemoryComparison.of(source, destination);
        destination.resume();
        return comparison;
    }

    @Override
    public void end() {
        source.close();
        destination.close();
    }

    @Override
    public void close() {
        if (acceptor != null) {
            acceptor.close();
        }
        // What an engine or a vCPU still holds goes with the process: its threads are daemons.
    }
}
