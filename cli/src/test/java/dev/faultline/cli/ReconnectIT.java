package dev.faultline.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faultline.cli.json.Events;
import dev.faultline.guest.kvm.control.GuestReport;
import dev.faultline.migration.guest.GuestState;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The connections of one post-copy are cut 20 times, and each engine is killed and resumed once meanwhile; the other one
 * goes on by itself. {@code ./dev soak reconnect runs=10} does it so often.
 */
class ReconnectIT {
    private static final String[] GUEST = {
        "--memory", "2G", "--working-set", "256M", "--cold-set", "1600M", "--write-rate", "60000"
    };
    private static final int CUTS = 20;
    private static final long BYTES_PER_CUT = 60L << 20;

    private final Soak soak = new Soak("reconnect");

    @TempDir
    private Path directory;

    @Test
    void nothingIsLostOverTwentyCutsAndTwoKilledEngines() throws IOException {
        int runs = soak.number("runs", 1);
        List<List<String>> rows = new ArrayList<>();
        for (int run = 0; run < runs; run++) {
            rows.add(move(run));
        }
        soak.writeTable(
                "One post-copy of 2 GiB, cut 20 times, both engines killed and resumed once",
                List.of("run", "cuts", "total ms", "pages verified on the destination", "wrong pages"),
                rows);
    }

    private List<String> move(int run) throws IOException {
        Path sourceJournals = directory.resolve("source" + run);
        Path destinationJournals = directory.resolve("destination" + run);
        try (Hosts hosts = new Hosts(
                List.of("--journal", sourceJournals.toString()),
                List.of("--journal", destinationJournals.toString()),
                60)) {
            hosts.startGuest(GUEST);
            hosts.startWaitingGuest(GUEST);
            Hosts.await(hosts.sourceName(), report -> report.statistics().passes() >= 1);
            Faultline receive = hosts.startReceive();
            int port = receive.awaitEvent(Events.LISTENING).path("port").asInt();
            try (CuttingProxy proxy = new CuttingProxy(port, BYTES_PER_CUT, CUTS)) {
                long beganNanos = System.nanoTime();
                Faultline migrate = hosts.startMigrateTo(proxy.port(), "--mode", "postcopy");
                proxy.awaitCuts(CUTS / 3);
                migrate.kill();
                Faultline source = hosts.startSourceResume();
                proxy.awaitCuts(2 * CUTS / 3);
                receive.kill();
                Faultline destination = hosts.startDestinationResume();
                assertThat(source.await()).as(source + "\n" + destination).isZero();
                assertThat(destination.await()).as(destination.toString()).isZero();
                long totalMillis = (System.nanoTime() - beganNanos) / 1_000_000;
                assertThat(proxy.cuts()).isEqualTo(CUTS);
                return List.of(
                        Integer.toString(run),
                        Integer.toString(proxy.cuts()),
                        Long.toString(totalMillis),
                        Long.toString(verifyAll(hosts)),
                        "0");
            } finally {
                assertNothingLeft(sourceJournals);
                assertNothingLeft(destinationJournals);
            }
        }
    }

    /** One of two ways to the destination is gone in the midst of the move: nobody has to do anything. */
    @Test
    void theOtherWayIsTaken() throws IOException {
        try (Hosts hosts = new Hosts(
                List.of("--journal", directory.resolve("source").toString()),
                List.of("--journal", directory.resolve("destination").toString()),
                60)) {
            String[] guest = {"--memory", "256M", "--working-set", "64M", "--cold-set", "128M"};
            hosts.startGuest(guest);
            hosts.startWaitingGuest(guest);
            Hosts.await(hosts.sourceName(), report -> report.statistics().passes() >= 1);
            Faultline receive = hosts.startReceive();
            int port = receive.awaitEvent(Events.LISTENING).path("port").asInt();
            CuttingProxy first = new CuttingProxy(port, 64L << 20, 1);
            try (CuttingProxy second = new CuttingProxy(port, 0, 0)) {
                Faultline migrate =
                        hosts.startMigrateTo(first.port(), "--to", "127.0.0.1:" + second.port(), "--mode", "postcopy");
                first.awaitCuts(1);
                first.close();
                assertThat(migrate.await()).as(migrate.toString()).isZero();
                assertThat(receive.await()).as(receive.toString()).isZero();
                assertThat(second.passedBytes()).isPositive();
                assertThat(verifyAll(hosts)).isPositive();
            } finally {
                first.close();
            }
        }
    }

    /** Every page that the guest ever wrote is verified on the destination, twice at least. */
    private static long verifyAll(Hosts hosts) {
        assertThat(hosts.source().state()).isEqualTo(GuestState.RELINQUISHED);
        long passes = hosts.destination().statistics().passes();
        GuestReport report =
                Hosts.await(hosts.destinationName(), later -> later.statistics().passes() >= passes + 2);
        assertThat(report.state()).isEqualTo(GuestState.RUNNING);
        assertThat(report.statistics().corruptions()).isZero();
        return report.statistics().pagesVerified();
    }

    private static void assertNothingLeft(Path journals) throws IOException {
        try (Stream<Path> files = Files.list(journals)) {
            assertThat(files.map(Path::toString)).noneMatch(name -> name.endsWith(".move"));
        }
    }
}
