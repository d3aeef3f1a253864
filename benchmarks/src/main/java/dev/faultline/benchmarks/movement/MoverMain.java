package dev.faultline.benchmarks.movement;

import dev.faultline.migration.Compression;
import dev.faultline.migration.DataPath;
import dev.faultline.migration.MigrationException;
import dev.faultline.migration.MigrationMode;
import dev.faultline.migration.RoundSummary;
import dev.faultline.migration.TestSwitch;
import dev.faultline.migration.destination.Acceptor;
import dev.faultline.migration.destination.DestinationEngine;
import dev.faultline.migration.destination.DestinationOptions;
import dev.faultline.migration.journal.Journal;
import dev.faultline.migration.source.SourceEngine;
import dev.faultline.migration.source.SourceOptions;
import dev.faultline.migration.source.SourceReport;
import dev.faultline.uffd.memory.PageSize;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;

/**
 * One side of moves of {@link BulkGuest}s: {@code to LENGTH_BYTES PAGE_BYTES}, whose commands are {@code ADDRESS PORT
 * CONNECTIONS MODE}, or {@code from ADDRESS LENGTH_BYTES PAGE_BYTES}, whose command is a line of whatever words.
 */
final class MoverMain {
    private MoverMain() {}

    public static void main(String... arguments) throws IOException, MigrationException {
        BufferedReader commands = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.US_ASCII));
        boolean sends = arguments[0].equals("to");
        int at = sends ? 1 : 2;
        long lengthBytes = Long.parseLong(arguments[at]);
        PageSize pageSize = PageSize.ofBytes(Long.parseLong(arguments[at + 1]));
        if (sends) {
            send(commands, lengthBytes, pageSize);
        } else {
            receive(commands, arguments[1], lengthBytes, pageSize);
        }
    }

    private static void send(BufferedReader commands, long lengthBytes, PageSize pageSize)
            throws IOException, MigrationException {
        try (BulkGuest guest = new BulkGuest(lengthBytes, pageSize, false)) {
            guest.fill(BulkContent.RANDOM);
            System.out.println("filled");
            for (String line = commands.readLine(); line != null; line = commands.readLine()) {
                String[] words = line.split(" ", -1);
                guest.takeBack();
                long before = MeteredHost.allocatedBytesOfThisThread();
                MeteredHost host = new MeteredHost();
                DataPath path = new DataPath(Integer.parseInt(words[2]), Compression.NONE);
                MigrationMode mode = MigrationMode.valueOf(words[3]);
                InetSocketAddress to = new InetSocketAddress(words[0], Integer.parseInt(words[1]));
                SourceOptions options = new SourceOptions(to, mode, 0, 0, TestSwitch.NONE).over(path);
                SourceReport report = SourceEngine.run(host, guest, options, Journal.unkept(), _ -> {});
                long allocated = MeteredHost.allocatedBytesOfThisThread() - before + host.allocatedBytes();
                System.out.println(nanos(report) + " " + allocated);
            }
        }
    }

    /** Of the round that sends everything; or of all, if there are no rounds. */
    private static long nanos(SourceReport report) {
        return report.rounds().isEmpty()
                ? report.totalNanos()
                : report.rounds().stream()
                        .mapToLong(RoundSummary::durationNanos)
                        .max()
                        .orElseThrow();
    }

    private static void receive(BufferedReader commands, String address, long lengthBytes, PageSize pageSize)
            throws IOException, MigrationException {
        System.out.println("here");
        while (commands.readLine() != null) {
            MeteredHost host = new MeteredHost();
            try (BulkGuest guest = new BulkGuest(lengthBytes, pageSize, true);
                    Acceptor acceptor = Acceptor.listen(host, new InetSocketAddress(address, 0))) {
                System.out.println(acceptor.port());
                long before = MeteredHost.allocatedBytesOfThisThread();
                DestinationOptions options = new DestinationOptions(true, 0, TestSwitch.NONE);
                DestinationEngine.run(host, guest, acceptor, options, Journal.unkept(), _ -> {});
                long allocated = MeteredHost.allocatedBytesOfThisThread() - before + host.allocatedBytes();
                System.out.println(allocated);
            }
        }
    }
}
