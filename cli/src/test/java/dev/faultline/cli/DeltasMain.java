package dev.faultline.cli;

import dev.faultline.migration.DataPath;
import dev.faultline.migration.MigrationException;
import dev.faultline.migration.MigrationMode;
import dev.faultline.migration.TestSwitch;
import dev.faultline.migration.destination.Acceptor;
import dev.faultline.migration.destination.DestinationEngine;
import dev.faultline.migration.destination.DestinationOptions;
import dev.faultline.migration.destination.DestinationReport;
import dev.faultline.migration.destination.FaultKind;
import dev.faultline.migration.host.LocalHost;
import dev.faultline.migration.journal.Journal;
import dev.faultline.migration.source.SourceEngine;
import dev.faultline.migration.source.SourceOptions;
import dev.faultline.migration.source.SourceReport;
import java.net.InetSocketAddress;

/**
 * One side of a hybrid move of a {@link ScatterGuest} in a process of its own: {@code to ADDRESS PORT BYTES RATE DELTAS} prints
 * bytes on the wire, nanoseconds in all, those of the downtime, and how many pages went as deltas; {@code from ADDRESS BYTES RATE}
 * prints its port, and then the 99th percentile of how long faults waited for the source.
 */
final class DeltasMain {
    private static final long BEFORE_NANOS = 1_000_000_000L;

    private DeltasMain() {}

    public static void main(String[] arguments) throws Exception {
        if (arguments[0].equals("from")) {
            receive(arguments[1], Long.parseLong(arguments[2]), Integer.parseInt(arguments[3]));
        } else {
            send(arguments);
        }
    }

    private static void receive(String address, long bytes, int rate) throws MigrationException {
        try (ScatterGuest guest = new ScatterGuest(bytes, rate, true);
                Acceptor acceptor = Acceptor.listen(LocalHost.INSTANCE, new InetSocketAddress(address, 0))) {
            System.out.println(acceptor.port());
            DestinationReport report = DestinationEngine.run(
                    LocalHost.INSTANCE,
                    guest,
                    acceptor,
                    new DestinationOptions(false, 0, TestSwitch.NONE),
                    Journal.unkept(),
                    _ -> {});
            run(guest);
            long p99Nanos = report.faults().stream()
                    .filter(kind -> kind.kind() == FaultKind.FETCHED && kind.count() > 0)
                    .mapToLong(kind -> kind.p99Nanos())
                    .sum();
            System.out.println(p99Nanos);
        }
    }

    private static void send(String... arguments) throws MigrationException {
        InetSocketAddress to = new InetSocketAddress(arguments[1], Integer.parseInt(arguments[2]));
        DataPath path = arguments[5].equals("true") ? DataPath.PLAIN.withDeltas() : DataPath.PLAIN;
        try (ScatterGuest guest =
                new ScatterGuest(Long.parseLong(arguments[3]), Integer.parseInt(arguments[4]), false)) {
            guest.resume();
            run(guest);
            SourceOptions options = new SourceOptions(to, MigrationMode.HYBRID, 0, 0, TestSwitch.NONE).over(path);
            SourceReport report = SourceEngine.run(LocalHost.INSTANCE, guest, options, Journal.unkept(), _ -> {});
            System.out.println(report.wireBytes() + " " + report.totalNanos() + " " + report.downtimeNanos() + " "
                    + report.deltaPages());
        }
    }

    /** Lets it run for a while, and looks whether it found anything wrong. */
    private static void run(ScatterGuest guest) {
        long end = System.nanoTime() + BEFORE_NANOS;
        long before = guest.steps();
        while (System.nanoTime() < end) {
            java.util.concurrent.locks.LockSupport.parkNanos(BEFORE_NANOS / 100);
        }
        if (!guest.wrong().isEmpty() || guest.steps() == before) {
            throw new IllegalStateException("the guest found " + guest.wrong() + ", after " + guest.steps() + " steps");
        }
    }
}
