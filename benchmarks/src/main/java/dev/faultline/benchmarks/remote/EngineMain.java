package dev.faultline.benchmarks.remote;

import dev.faultline.benchmarks.program.ToucherGuest;
import dev.faultline.migration.Limits;
import dev.faultline.migration.MigrationException;
import dev.faultline.migration.MigrationMode;
import dev.faultline.migration.TestSwitch;
import dev.faultline.migration.destination.Acceptor;
import dev.faultline.migration.destination.DestinationEngine;
import dev.faultline.migration.destination.DestinationOptions;
import dev.faultline.migration.destination.DestinationReport;
import dev.faultline.migration.destination.FaultKind;
import dev.faultline.migration.destination.FaultSummary;
import dev.faultline.migration.guest.GuestState;
import dev.faultline.migration.host.LocalHost;
import dev.faultline.migration.journal.Journal;
import dev.faultline.migration.source.SourceEngine;
import dev.faultline.migration.source.SourceOptions;
import dev.faultline.uffd.memory.PageSize;
import java.io.IOException;
import java.net.InetSocketAddress;

/**
 * One engine of a post-copy move of a toucher's memory: {@code source SOCKET LENGTH_BYTES ADDRESS PORT
 * PUSH_BYTES_PER_SECOND}, or {@code destination SOCKET LENGTH_BYTES ADDRESS}, which says at its end how many pages it has
 * fetched for faults. Ends with its input.
 */
final class EngineMain {
    private EngineMain() {}

    public static void main(String... arguments) throws MigrationException {
        Thread.ofPlatform().daemon().start(EngineMain::endWithInput);
        ToucherGuest memory = ToucherGuest.attach(arguments[1], Long.parseLong(arguments[2]), PageSize.SIZE_4K);
        if (arguments[0].equals("source")) {
            InetSocketAddress to = new InetSocketAddress(arguments[3], Integer.parseInt(arguments[4]));
            send(memory, to, Long.parseLong(arguments[5]));
        } else {
            receive(memory, new InetSocketAddress(arguments[3], 0));
        }
    }

    private static void endWithInput() {
        try {
            while (System.in.read() >= 0) {
                // What it says does not matter.
            }
        } catch (IOException e) {
            // An end, too.
        }
        Runtime.getRuntime().halt(0);
    }

    private static void send(ToucherGuest memory, InetSocketAddress to, long pushBytesPerSecond)
            throws MigrationException {
        Limits usual = Limits.of(MigrationMode.POSTCOPY);
        Limits limits = new Limits(
                usual.maxDowntimeNanos(),
                usual.maxRounds(),
                usual.maxTimeNanos(),
                usual.maxBytesPerSecond(),
                pushBytesPerSecond,
                usual.onNoConvergence());
        SourceOptions options = new SourceOptions(to, MigrationMode.POSTCOPY, limits, false, 0, 0, TestSwitch.NONE);
        try (MovingToucher guest = new MovingToucher(memory, GuestState.RUNNING, () -> {})) {
            SourceEngine.run(LocalHost.INSTANCE, guest, options, Journal.unkept(), _ -> {});
        }
    }

    private static void receive(ToucherGuest memory, InetSocketAddress at) throws MigrationException {
        try (MovingToucher guest = new MovingToucher(memory, GuestState.INCOMING, () -> System.out.println("resumed"));
                Acceptor acceptor = Acceptor.listen(LocalHost.INSTANCE, at)) {
            System.out.println(acceptor.port());
            DestinationOptions options = new DestinationOptions(false, 0, TestSwitch.NONE);
            DestinationReport report =
                    DestinationEngine.run(LocalHost.INSTANCE, guest, acceptor, options, Journal.unkept(), _ -> {});
            System.out.println(report.faults().stream()
                    .filter(summary -> summary.kind() == FaultKind.FETCHED)
                    .mapToLong(FaultSummary::count)
                    .sum());
        }
    }
}
