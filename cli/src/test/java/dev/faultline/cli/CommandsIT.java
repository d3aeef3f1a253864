package dev.faultline.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faultline.cli.json.Json;
import dev.faultline.migration.guest.GuestState;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** The parts of a migration as an operator uses them. */
class CommandsIT {
    private static final String[] GUEST = {"--memory", "64M", "--working-set", "16M", "--cold-set", "8M"};

    @Test
    void doctorSaysThatThisMachineCanMigrate() {
        Faultline doctor = Faultline.run("doctor");
        assertThat(doctor.exitCode()).as(doctor.toString()).isZero();
        assertThat(doctor.out()).contains("minor faults, tried", "WP_ASYNC", "huge pages");
        assertThat(doctor.out().lines().toList().getLast()).startsWith("This machine can migrate");
        JsonNode json = Json.parse(Faultline.run("doctor", "--json").out()).orElseThrow();
        assertThat(json.path("canMigrate").asBoolean()).isTrue();
    }

    @Test
    void aGuestIsStartedPausedResumedAndEnded() {
        try (Hosts hosts = new Hosts()) {
            Faultline guest =
                    hosts.startGuest("--start-paused", "--memory", "64M", "--working-set", "16M", "--cold-set", "0");
            assertThat(hosts.source().state()).isEqualTo(GuestState.PAUSED);
            assertThat(control(hosts, "resume").exitCode()).isZero();
            Hosts.awaitAlive(hosts.sourceName());
            assertThat(control(hosts, "pause").exitCode()).isZero();
            Faultline status = Faultline.run("status", "--guest", hosts.sourceName());
            assertThat(status.out()).contains("paused", "pages verified");
            assertThat(control(hosts, "query").out().lines().findFirst())
                    .isEqualTo(status.out().lines().findFirst());
            assertThat(control(hosts, "quit").exitCode()).isZero();
            assertThat(guest.await()).isZero();
        }
    }

    private static Faultline control(Hosts hosts, String action) {
        return Faultline.run("control", "--guest", hosts.sourceName(), action);
    }

    @Test
    void theSourcesProcessEndsWhenTheGuestHasLeft() {
        try (Hosts hosts = new Hosts()) {
            Faultline guest = hosts.startGuest(GUEST);
            hosts.startWaitingGuest(GUEST);
            Faultline receive = hosts.startReceive("--start-paused");
            int port = receive.awaitEvent("listening").path("port").asInt();
            Faultline migrate = Faultline.run("migrate", "--guest", hosts.sourceName(), "--to", "127.0.0.1:" + port);
            assertThat(migrate.exitCode()).as(migrate.toString()).isZero();
            assertThat(migrate.out()).endsWith("The guest has left.").contains("downtime");
            assertThat(guest.await()).isZero();
            assertThat(receive.await()).isZero();
            assertThat(hosts.destination().state()).isEqualTo(GuestState.PAUSED);
            assertThat(Faultline.run("control", "--guest", hosts.destinationName(), "resume")
                            .exitCode())
                    .isZero();
            Hosts.awaitAlive(hosts.destinationName());
        }
    }
}
