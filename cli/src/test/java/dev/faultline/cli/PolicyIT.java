package dev.faultline.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faultline.cli.json.Events;
import dev.faultline.migration.guest.GuestState;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

/** Limits, throttling and an operator's orders, as an operator meets them. */
class PolicyIT {
    private static final String[] GUEST = {"--memory", "64M", "--working-set", "16M", "--cold-set", "8M"};
    private static final long MIB = 1 << 20;

    @TempDir
    private Path directory;

    /** A guest that rewrites 16 MiB without pause, over a link that needs 0.3 s for that. */
    private static Faultline demo(String machine, String otherwise) {
        List<String> arguments = new ArrayList<>(List.of("demo", "--json", "--mode", "precopy", "--machine", machine));
        arguments.addAll(List.of(GUEST));
        arguments.addAll(List.of("--max-bandwidth", "50M", "--max-downtime", "60ms", "--on-no-convergence", otherwise));
        return Faultline.run(arguments.toArray(String[]::new));
    }

    @ParameterizedTest
    @CsvSource({"kvm", "native"})
    void aThrottledGuestConverges(String machine) {
        Faultline demo = demo(machine, "throttle");
        assertThat(demo.exitCode()).as(demo.toString()).isZero();
        List<String> steps = steps(demo);
        assertThat(steps).contains("throttle").endsWith("switch");
        assertThat(demo.json().path("corruptions").asLong(-1)).isZero();
    }

    private static List<String> steps(Faultline demo) {
        List<String> steps = new ArrayList<>();
        demo.json()
                .at("/migration/decisions")
                .forEach(decision -> steps.add(decision.path("step").asString()));
        return steps;
    }

    @Test
    void aGuestThatDoesNotConvergeStaysIfThatWasAskedFor() {
        Faultline demo = demo("native", "abort");
        assertThat(demo.exitCode()).isEqualTo(1);
        assertThat(demo.err())
                .contains("does not converge", "limit of 12 rounds", "60.00 ms", "the guest goes on here as before");
    }

    @Test
    void bothBandwidthsAreKept() {
        try (Hosts hosts = new Hosts()) {
            hosts.startGuest(GUEST);
            hosts.startWaitingGuest(GUEST);
            Hosts.await(hosts.sourceName(), report -> report.statistics().passes() > 1);
            Faultline receive = hosts.startReceive();
            Faultline migrate = hosts.startMigrate(
                    receive, "--max-rounds", "1", "--max-bandwidth", "16M", "--max-postcopy-bandwidth", "8M");
            assertThat(migrate.await()).as(migrate.toString()).isZero();
            JsonNode done = migrate.awaitEvent(Events.DONE);
            JsonNode round = done.at("/rounds/0");
            double bytesPerSecond = round.path("sentBytes").asLong()
                    * 1e9
                    / round.path("durationNanos").asLong();
            assertThat(bytesPerSecond).isBetween(0.8 * 16 * MIB, 1.05 * 16 * MIB);
            long pushNanos =
                    done.path("totalNanos").asLong() - done.path("precopyNanos").asLong();
            long pushedBytes = done.path("pushedPages").asLong() * 4096;
            assertThat(pushedBytes).isGreaterThan(4 * MIB);
            assertThat(pushedBytes * 1e9 / pushNanos).isLessThan(1.1 * 8 * MIB);
            Hosts.awaitAlive(hosts.destinationName());
        }
    }

    @Test
    void anOperatorHoldsAMoveHandsItOverAndCancelsAnother() {
        try (Hosts hosts = new Hosts()) {
            hosts.startGuest(GUEST);
            hosts.startWaitingGuest(GUEST);
            Hosts.await(hosts.sourceName(), report -> report.statistics().passes() > 1);
            String socket = directory.resolve("move.ctl").toString();
            String[] slow = {"--control", socket, "--max-bandwidth", "64K"};

            Faultline first = hosts.startMigrate(hosts.startReceive(), slow);
            assertThat(first.awaitEvent(Events.CONTROL).path("path").asString()).isEqualTo(socket);
            first.awaitEvent(Events.DECISION);
            assertThat(tell(socket, "cancel").out()).contains("given up");
            assertThat(first.await()).isEqualTo(1);
            assertThat(first.err()).contains("operator cancelled the move; the guest goes on here as before");
            Hosts.awaitAlive(hosts.sourceName());
            assertThat(hosts.destination().state()).isEqualTo(GuestState.INCOMING);

            Faultline second = hosts.startMigrate(hosts.startReceive(), slow);
            second.awaitEvent(Events.DECISION);
            assertThat(tell(socket, "pause").exitCode()).isZero();
            second.awaitLine(line -> line.contains("\"phase\":\"held\""));
            assertThat(tell(socket, "status").out()).contains("held", "everything has to be sent once");
            Hosts.awaitAlive(hosts.sourceName());
            assertThat(tell(socket, "resume").exitCode()).isZero();
            assertThat(tell(socket, "switch-over").out()).contains("cut short");
            assertThat(second.await()).as(second.toString()).isZero();
            assertThat(second.json().at("/decisions/1/reason").asString())
                    .isEqualTo("the operator asked for the hand-over");
            Hosts.awaitAlive(hosts.destinationName());

            Faultline late = tell(socket, "cancel");
            assertThat(late.exitCode()).isEqualTo(1);
            assertThat(late.err()).contains("There is no move at").hasLineCount(1);
        }
    }

    private static Faultline tell(String socket, String word) {
        return Faultline.run("migration", socket, word);
    }

    @ParameterizedTest
    @CsvSource({
        "hybrid, --max-downtime, 50ms, is for --mode precopy",
        "precopy, --max-downtime, 5ms, give 15ms or more",
        "hybrid, --on-no-convergence, abort, is for --mode precopy",
        "postcopy, --max-bandwidth, 1G, is for precopy and hybrid",
        "precopy, --max-postcopy-bandwidth, 1G, is for postcopy and hybrid",
        "postcopy, --max-rounds, 3, is for precopy and hybrid",
        "postcopy, --max-time, 3s, is for precopy and hybrid"
    })
    void limitsThatMeanNothingAreRefused(String mode, String option, String value, String said) {
        Faultline migrate =
                Faultline.run("migrate", "--guest", "@x", "--to", "127.0.0.1:1", "--mode", mode, option, value);
        assertThat(migrate.exitCode()).isEqualTo(1);
        assertThat(migrate.err()).contains(said).hasLineCount(1);
    }

    @Test
    void aQemuCannotBeThrottled() {
        Faultline migrate = Faultline.run(
                "migrate",
                "--qmp",
                "@x",
                "--to",
                "127.0.0.1:1",
                "--mode",
                "precopy",
                "--on-no-convergence",
                "throttle");
        assertThat(migrate.exitCode()).isEqualTo(1);
        assertThat(migrate.err()).contains("A QEMU cannot be throttled").hasLineCount(1);
    }
}
