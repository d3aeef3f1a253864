package dev.faultline.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faultline.migration.guest.GuestState;
import org.junit.jupiter.api.Test;

/** One side's engine is killed in the middle of a migration. */
class PeerVanishesIT {
    // Where a map is held back, the mode is hybrid: its clean pages stay unknown until the map comes, so that the
    // migration cannot end before its peer is killed.

    private static final String[] GUEST = {
        "--memory", "512M", "--working-set", "256M", "--cold-set", "64M", "--write-rate", "max"
    };

    @Test
    void theGuestRunsOnWhenTheDestinationVanishesBeforeTheHandOver() {
        try (Hosts hosts = new Hosts()) {
            begin(hosts);
            Faultline receive = hosts.startReceive();
            Faultline migrate = hosts.startMigrate(receive, "--mode", "precopy");
            migrate.awaitLine(line -> line.contains("\"phase\":\"pre-copy\""));
            receive.kill();

            assertThat(migrate.await()).as(migrate.toString()).isEqualTo(1);
            assertThat(migrate.err())
                    .contains("the guest goes on here as before")
                    .hasLineCount(1);
            assertThat(hosts.source().state()).isEqualTo(GuestState.RUNNING);
            Hosts.awaitAlive(hosts.sourceName());
            assertThat(hosts.destination().state()).isNotEqualTo(GuestState.RUNNING);
        }
    }

    @Test
    void theSourceSaysWhatToDoWhenTheDestinationVanishesAfterTheHandOver() {
        try (Hosts hosts = new Hosts()) {
            begin(hosts);
            Faultline receive = hosts.startReceive();
            Faultline migrate = hosts.startMigrate(receive, "--mode", "hybrid", "--hold-map", "30");
            Hosts.await(hosts.destinationName(), report -> report.state() == GuestState.RUNNING);
            Hosts.await(hosts.sourceName(), report -> report.state() == GuestState.RELINQUISHED);
            receive.kill();

            assertThat(migrate.await()).as(migrate.toString()).isEqualTo(1);
            assertThat(migrate.err())
                    .contains("the guest is the destination's since the hand-over")
                    .contains("keeps its memory")
                    .hasLineCount(1);
            assertThat(hosts.source().state()).isEqualTo(GuestState.RELINQUISHED);
            Faultline resume = Faultline.run("control", "--guest", hosts.sourceName(), "resume");
            assertThat(resume.exitCode()).isEqualTo(1);
            assertThat(resume.err()).contains("never runs here again").hasLineCount(1);
        }
    }

    @Test
    void theDestinationDoesNotRunAGuestWhoseSourceVanishesBeforeTheHandOver() {
        try (Hosts hosts = new Hosts()) {
            begin(hosts);
            Faultline receive = hosts.startReceive();
            Faultline migrate = hosts.startMigrate(receive, "--mode", "precopy");
            migrate.awaitLine(line -> line.contains("\"phase\":\"pre-copy\""));
            migrate.kill();

            assertThat(receive.await()).as(receive.toString()).isEqualTo(1);
            assertThat(receive.err()).contains("the guest never ran here").hasLineCount(1);
            assertThat(hosts.source().state()).isEqualTo(GuestState.RUNNING);
            Hosts.awaitAlive(hosts.sourceName());
        }
    }

    @Test
    void theDestinationPausesAGuestWhoseSourceVanishesAfterTheHandOver() {
        try (Hosts hosts = new Hosts()) {
            begin(hosts);
            Faultline receive = hosts.startReceive();
            Faultline migrate = hosts.startMigrate(receive, "--mode", "hybrid", "--hold-map", "30");
            Hosts.await(hosts.sourceName(), report -> report.state() == GuestState.RELINQUISHED);
            migrate.kill();

            assertThat(receive.await()).as(receive.toString()).isEqualTo(1);
            assertThat(receive.err())
                    .contains("pages of it are still at the source")
                    .hasLineCount(1);
            assertThat(hosts.destination().state()).isEqualTo(GuestState.PAUSED);
            assertThat(hosts.source().state()).isEqualTo(GuestState.RELINQUISHED);
        }
    }

    private static void begin(Hosts hosts) {
        hosts.startGuest(GUEST);
        hosts.startWaitingGuest(GUEST);
        Hosts.await(hosts.sourceName(), report -> report.statistics().passes() >= 1);
    }
}
