package dev.faultline.cli;

import dev.faultline.benchmarks.movement.BulkContent;
import dev.faultline.benchmarks.movement.BulkGuest;
import dev.faultline.migration.Compression;
import dev.faultline.migration.DataPath;
import dev.faultline.migration.MigrationException;
import dev.faultline.migration.MigrationMode;
import dev.faultline.migration.TestSwitch;
import dev.faultline.migration.destination.Acceptor;
import dev.faultline.migration.destination.DestinationEngine;
import dev.faultline.migration.destination.DestinationOptions;
import dev.faultline.migration.host.LocalHost;
import dev.faultline.migration.journal.Journal;
import dev.faultline.migration.source.SourceEngine;
import dev.faultline.migration.source.SourceOptions;
import dev.faultline.migration.source.SourceReport;
import dev.faultline.uffd.memory.PageSize;
import java.net.InetSocketAddress;

/**
 * One side of a move of {@link BulkGuest}s in a process of its own, which may be in a network namespace: {@code to ADDRESS PORT
 * BYTES CONTENT CONNECTIONS COMPRESSION} prints nanoseconds and bytes on the wire, {@code from ADDRESS BYTES} its port.
 */
final class BulkMain {
    private BulkMain() {}

    public static void main(String[] arguments) throws MigrationException {
        if (arguments[0].equals("from")) {
            receive(arguments[1], Long.parseLong(arguments[2]));
        } else {
            send(arguments);
        }
    }

    private static void receive(String address, long bytes) throws MigrationException {
        try (BulkGuest guest = new BulkGuest(bytes, PageSize.SIZE_4K, true);
                Acceptor acceptor = Acceptor.listen(LocalHost.INSTANCE, new InetSocketAddress(address, 0))) {
            System.out.println(acceptor.port());
            receive(guest, acceptor);
        }
    }

    static void receive(BulkGuest guest, Acceptor acceptor) throws MigrationException {
        DestinationOptions options = new DestinationOptions(true, 0, TestSwitch.NONE);
        DestinationEngine.run(LocalHost.INSTANCE, guest, acceptor, options, Journal.unkept(), _ -> {});
    }

    private static void send(String... arguments) throws MigrationException {
        InetSocketAddress to = new InetSocketAddress(arguments[1], Integer.parseInt(arguments[2]));
        DataPath path = new DataPath(Integer.parseInt(arguments[5]), Compression.valueOf(arguments[6]));
        try (BulkGuest guest = new BulkGuest(Long.parseLong(arguments[3]), PageSize.SIZE_4K, false)) {
            guest.fill(BulkContent.valueOf(arguments[4]));
            SourceReport report = send(guest, to, path);
            System.out.println(report.totalNanos() + " " + report.wireBytes());
        }
    }

    /** Nothing but the push: the guest does not run, and has no state to speak of. */
    static SourceReport send(BulkGuest guest, InetSocketAddress to, DataPath path) throws MigrationException {
        SourceOptions options = new SourceOptions(to, MigrationMode.POSTCOPY, 0, 0, TestSwitch.NONE).over(path);
        return SourceEngine.run(LocalHost.INSTANCE, guest, options, Journal.unkept(), _ -> {});
    }
}
