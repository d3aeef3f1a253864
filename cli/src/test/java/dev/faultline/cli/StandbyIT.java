package dev.faultline.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faultline.cli.json.Events;
import dev.faultline.guest.kvm.control.GuestReport;
import dev.faultline.migration.guest.GuestState;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Engines that rehearse, and begin when they are told. */
class StandbyIT {
    private static final String[] GUEST = {"--memory", "64M", "--working-set", "16M", "--cold-set", "8M"};

    @Test
    void aMoveBeginsWhenItIsTold() throws Exception {
        List<Path> before = rehearsals();
        try (Hosts hosts = new Hosts()) {
            hosts.startGuest(GUEST);
            hosts.startWaitingGuest(GUEST);
            Hosts.await(hosts.sourceName(), report -> report.statistics().passes() > 1);

            Faultline receive = hosts.startReceive("--standby");
            Faultline given = hosts.startMigrate(receive, "--standby");
            given.awaitEvent(Events.STANDBY);
            assertThat(tell(given, "switch-over").err()).contains("'resume' begins it");
            assertThat(tell(given, "cancel").out()).contains("given up");
            assertThat(given.await()).isEqualTo(1);
            assertThat(given.err()).contains("the guest goes on here as before").hasLineCount(1);
            assertThat(receive.await()).isEqualTo(1);
            assertThat(receive.err()).contains("never ran here");

            receive = hosts.startReceive("--standby");
            Faultline migrate = hosts.startMigrate(receive, "--standby");
            migrate.awaitEvent(Events.STANDBY);
            Hosts.awaitAlive(hosts.sourceName());
            assertThat(tell(migrate, "status").out()).contains("standing by");
            GuestReport waiting = hosts.destination();
            assertThat(waiting.state()).as("nothing was moved yet").isEqualTo(GuestState.INCOMING);
            assertThat(tell(migrate, "resume").out()).contains("the move begins");
            assertThat(migrate.await()).as(migrate.toString()).isZero();
            assertThat(receive.await()).as(receive.toString()).isZero();
            Hosts.awaitAlive(hosts.destinationName());
        }
        assertThat(rehearsals()).as("files of rehearsals").isEqualTo(before);
    }

    @Test
    void aMoveThatNobodyCouldBeginIsRefused() {
        try (Hosts hosts = new Hosts()) {
            hosts.startGuest(GUEST);
            Faultline migrate = Faultline.run(
                    "migrate", "--guest", hosts.sourceName(), "--to", "127.0.0.1:1", "--standby", "--control", "none");
            assertThat(migrate.exitCode()).isEqualTo(1);
            assertThat(migrate.err()).contains("leave --control out").hasLineCount(1);
            Hosts.awaitAlive(hosts.sourceName());
        }
    }

    private static Faultline tell(Faultline migrate, String word) {
        String socket = migrate.awaitEvent(Events.CONTROL).path("path").asString();
        return Faultline.run("migration", socket, word);
    }

    private static List<Path> rehearsals() throws Exception {
        try (Stream<Path> files = Files.list(Path.of(System.getProperty("java.io.tmpdir")))) {
            return files.filter(file -> file.getFileName().toString().startsWith("faultline-rehearsal"))
                    .sorted()
                    .toList();
        }
    }
}
