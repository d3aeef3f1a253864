package dev.faultline.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faultline.migration.guest.GuestState;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** The source's engine is killed after the hand-over and nobody resumes it: what becomes of the guest is a policy. */
class LostPagesIT {
    private static final String[] GUEST = {
        "--memory", "256M", "--working-set", "64M", "--cold-set", "64M", "--write-rate", "max"
    };
    private static final int SIGKILLED = 128 + 9;

    @TempDir
    private Path sourceJournals;

    @TempDir
    private Path destinationJournals;

    private Hosts hosts(int reconnectSeconds) {
        return new Hosts(
                List.of("--journal", sourceJournals.toString()),
                List.of("--journal", destinationJournals.toString()),
                reconnectSeconds);
    }

    /** Moves until the guest is the destination's, and loses its source; returns the destination's engine. */
    private static Faultline loseSource(Hosts hosts, String... options) {
        hosts.startGuest(GUEST);
        Hosts.await(hosts.sourceName(), report -> report.statistics().passes() >= 1);
        Faultline receive = hosts.startReceive(options);
        Faultline migrate = hosts.startMigrate(receive, "--mode", "hybrid", "--hold-map", "60");
        Hosts.await(hosts.sourceName(), report -> report.state() == GuestState.RELINQUISHED);
        migrate.kill();
        return receive;
    }

    private static void assertNothingButAWayOut(Faultline receive) {
        assertThat(receive.await()).as(receive.toString()).isEqualTo(1);
        assertThat(receive.err()).hasLineCount(1);
    }

    @Test
    void theMissingPagesArePoisonedAndTheGuestStays() {
        try (Hosts hosts = hosts(1)) {
            Faultline guest = hosts.startWaitingGuest(GUEST);
            Faultline receive = loseSource(hosts, "--start-paused", "--on-lost-pages", "poison");
            assertThat(receive.await()).as(receive.toString()).isEqualTo(1);
            assertThat(receive.err()).contains("the source has not come back").contains("of ram are lost");
            JsonNode lost = receive.awaitEvent("lost");
            assertThat(lost.path("policy").asString()).isEqualTo("poison");
            assertThat(lost.path("regions").path(0).path("pages").asLong()).isPositive();
            assertThat(lost.path("ranges").path(0).path("region").asString()).isEqualTo("ram");

            assertThat(hosts.destination().state()).isEqualTo(GuestState.PAUSED);
            // The micro-VM is a process that handles no SIGBUS: the first touch of a lost page ends it.
            Faultline.run("control", "--guest", hosts.destinationName(), "resume");
            assertThat(guest.await()).as(guest.toString()).isNotZero();
        }
    }

    @Test
    void theGuestIsKilled() {
        try (Hosts hosts = hosts(1)) {
            Faultline guest = hosts.startWaitingGuest(GUEST);
            Faultline receive = loseSource(hosts, "--on-lost-pages", "kill");
            assertThat(receive.await()).as(receive.toString()).isEqualTo(1);
            assertThat(receive.err()).contains("of ram are lost with the source, and the guest was killed");
            assertThat(receive.awaitEvent("lost").path("policy").asString()).isEqualTo("kill");
            assertThat(guest.await()).isEqualTo(SIGKILLED);
        }
    }

    @Test
    void aFrozenGuestIsGivenUpByAnOperatorWhoSaysYes() {
        try (Hosts hosts = hosts(0)) {
            Faultline guest = hosts.startWaitingGuest(GUEST);
            Faultline receive = loseSource(hosts);
            assertThat(receive.await()).as(receive.toString()).isEqualTo(1);
            assertThat(hosts.destination().state()).isEqualTo(GuestState.PAUSED);

            Faultline unsure = hosts.startDestinationResume("--lost-pages", "kill");
            assertNothingButAWayOut(unsure);
            assertThat(unsure.err()).contains("add --yes if the source never comes back");
            assertThat(hosts.destination().state()).isEqualTo(GuestState.PAUSED);

            Faultline atSource = hosts.startSourceResume("--run-here", "--yes");
            assertNothingButAWayOut(atSource);
            assertThat(atSource.err()).contains("never runs here again");

            Faultline sure = hosts.startDestinationResume("--lost-pages", "kill", "--yes");
            assertThat(sure.await()).as(sure.toString()).isZero();
            assertThat(sure.out()).contains("the guest was killed");
            assertThat(guest.await()).isEqualTo(SIGKILLED);
        }
    }

    @Test
    void aPolicyThatCostsPagesNeedsTimeForTheSourceToComeBack() {
        Faultline receive =
                Faultline.run("receive", "--guest", "@nobody", "--on-lost-pages", "kill", "--reconnect-for", "0");
        assertNothingButAWayOut(receive);
        assertThat(receive.err()).contains("leave --on-lost-pages at freeze");
    }
}
