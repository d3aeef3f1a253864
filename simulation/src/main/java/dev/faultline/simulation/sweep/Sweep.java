package dev.faultline.simulation.sweep;

import dev.faultline.migration.Compression;
import dev.faultline.migration.DataPath;
import dev.faultline.migration.Limits;
import dev.faultline.migration.MigrationException;
import dev.faultline.migration.TestSwitch;
import dev.faultline.migration.destination.Acceptor;
import dev.faultline.migration.destination.DestinationEngine;
import dev.faultline.migration.destination.DestinationOptions;
import dev.faultline.migration.host.Host;
import dev.faultline.migration.journal.Journal;
import dev.faultline.migration.source.SourceEngine;
import dev.faultline.migration.source.SourceOptions;
import dev.faultline.migration.source.SourceReport;
import dev.faultline.model.VirtualTime;
import dev.faultline.simulation.host.SimHost;
import dev.faultline.simulation.world.Side;
import dev.faultline.simulation.world.World;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Runs one migration of a sweep: the engines as they are, both to their end. */
public final class Sweep {
    private static final String GUEST = "guest";
    private static final long SEED = 1;
    private static final long LIMIT_NANOS = 100L * 24 * 3600 * 1_000_000_000L;
    private static final long MAX_STEPS = 1_000_000_000L;

    private final World world = new World(SEED, false);
    private final SweepPoint point;
    private final Path directory;
    private final InetSocketAddress address = new InetSocketAddress(InetAddress.getLoopbackAddress(), 7070);
    private final SweptNetwork network;
    private final SweptVm source;
    private final SweptVm destination;
    private @Nullable SourceReport report;
    private String failure = "";
    private long beganNanos;
    private long endedNanos;
    private int running = 2;

    private Sweep(SweepPoint point, Path directory, MemorySegment memory) {
        this.point = point;
        this.directory = directory;
        network = new SweptNetwork(world, point);
        source = new SweptVm(world, Side.SOURCE, point, memory);
        destination = new SweptVm(world, Side.DESTINATION, point, memory);
    }

    /**
     * Runs a migration.
     *
     * @param point what it is like
     * @param directory for its files
     * @return what it cost
     * @throws IOException if its files cannot be made
     */
    public static SweepResult run(SweepPoint point, Path directory) throws IOException {
        try (Arena arena = Arena.ofShared();
                FileChannel file = FileChannel.open(
                        directory.resolve("memory"),
                        StandardOpenOption.CREATE,
                        StandardOpenOption.READ,
                        StandardOpenOption.WRITE)) {
            // A file of holes, which nobody touches: an address for every page is all that it is for.
            long lengthBytes = point.unitCount() * SweepPoint.UNIT_BYTES;
            return new Sweep(point, directory, file.map(FileChannel.MapMode.READ_WRITE, 0, lengthBytes, arena)).run();
        }
    }

    private SweepResult run() {
        source.start();
        destination.start();
        start("receive", this::receive);
        start("migrate", this::migrate);
        VirtualTime.End end = world.time().simulate(LIMIT_NANOS, MAX_STEPS);
        if (end != VirtualTime.End.STOPPED) {
            failure += "it did not come to its end: " + end;
        }
        failure += String.join(", ", world.violations());
        List<Long> waits = destination.waits().stream().sorted().toList();
        return new SweepResult(
                failure,
                report == null ? 0 : report.rounds().size(),
                destination.changedNanos() - source.changedNanos(),
                endedNanos - beganNanos,
                network.carriedBytes(),
                waits.size(),
                waits.isEmpty() ? 0 : waits.get(waits.size() / 2),
                waits.isEmpty() ? 0 : waits.getLast());
    }

    /** What a process does. */
    private interface Body {
        void run(Host host) throws MigrationException;
    }

    private void start(String name, Body body) {
        SimHost host = new SimHost(world, name, network);
        host.start("main", () -> {
            try {
                body.run(new PatientHost(host));
            } catch (MigrationException e) {
                failure += e.getMessage();
            }
            running--;
            if (running == 0) {
                world.time().stop();
            }
        });
    }

    private void receive(Host host) throws MigrationException {
        try (Acceptor acceptor = Acceptor.listen(host, address);
                Journal journal = Journal.claim(directory.resolve("destination"), GUEST, destination)) {
            DestinationOptions options = new DestinationOptions(false, 0, TestSwitch.NONE);
            DestinationEngine.run(host, destination, acceptor, options, journal, _ -> {});
        }
    }

    private void migrate(Host host) throws MigrationException {
        host.pause(1_000_000); // the destination listens by then
        beganNanos = world.nanoTime();
        try (Journal journal = Journal.claim(directory.resolve("source"), GUEST, source)) {
            SourceOptions options =
                    new SourceOptions(address, point.mode(), Limits.of(point.mode()), false, 0, 0, TestSwitch.NONE);
            report = SourceEngine.run(
                    host, source, options.over(new DataPath(point.connections(), Compression.NONE)), journal, _ -> {});
        }
        endedNanos = world.nanoTime();
    }
}
