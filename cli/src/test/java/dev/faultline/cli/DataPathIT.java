package dev.faultline.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faultline.cli.json.Events;
import dev.faultline.testing.RequiresHugePages;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

/** Several page connections and compression, as an operator meets them. */
class DataPathIT {
    private static final String[] GUEST = {"--memory", "64M", "--working-set", "16M", "--cold-set", "8M"};

    @ParameterizedTest
    @CsvSource({"1, lz4, hybrid", "3, zstd, postcopy", "4, auto, hybrid", "2, none, precopy"})
    void aGuestMovesAndTheReportSaysHow(int connections, String compression, String mode) {
        try (Hosts hosts = new Hosts()) {
            hosts.startGuest(GUEST);
            hosts.startWaitingGuest(GUEST);
            Hosts.await(hosts.sourceName(), report -> report.statistics().passes() > 1);
            Faultline migrate = hosts.startMigrate(
                    hosts.startReceive(),
                    "--connections",
                    Integer.toString(connections),
                    "--compress",
                    compression,
                    "--mode",
                    mode);
            assertThat(migrate.await()).as(migrate.toString()).isZero();
            assertThat(migrate.err())
                    .as("the native libraries are used without a warning")
                    .isEmpty();
            JsonNode done = migrate.awaitEvent(Events.DONE);
            assertThat(done.path("connections").asInt()).isEqualTo(connections);
            assertThat(done.path("compression").asString()).isEqualTo(compression);
            assertThat(done.path("sentBytes").asLong()).isGreaterThan(24 << 20);
            assertThat(done.path("wireBytes").asLong()).isPositive();
            if (compression.equals("none")) {
                assertThat(done.path("compressedBytes").asLong()).isZero();
            }
            Hosts.awaitAlive(hosts.destinationName());
        }
    }

    @Test
    @RequiresHugePages(2 * 32)
    void aGuestOfHugePagesMovesByTheBlocksThatChanged() {
        String[] guest = {
            "--memory", "64M", "--page-size", "2M", "--working-set", "16M", "--cold-set", "8M", "--write-rate", "500"
        };
        try (Hosts hosts = new Hosts()) {
            hosts.startGuest(guest);
            hosts.startWaitingGuest(guest);
            Hosts.await(hosts.sourceName(), report -> report.statistics().passes() > 0);
            Faultline migrate = hosts.startMigrate(hosts.startReceive(), "--deltas", "--verify");
            assertThat(migrate.await()).as(migrate.toString()).isZero();
            JsonNode done = migrate.awaitEvent(Events.DONE);
            assertThat(done.path("deltaPages").asLong()).isPositive();
            assertThat(done.path("deltaSavedBytes").asLong()).isPositive();
            assertThat(done.path("deltaHashBytes").asLong()).isPositive().isLessThanOrEqualTo(32 * 8192);
            assertThat(done.path("wireBytes").asLong())
                    .isLessThan(done.path("sentBytes").asLong());
            Hosts.awaitAlive(hosts.destinationName());
        }
    }

    @Test
    void whatIsNoDataPathIsRefused() {
        assertThat(refused("--connections", "9")).contains("'9' is no number of connections; write 1 to 8");
        assertThat(refused("--compress", "gzip")).contains("'gzip' is no compression; there are none, lz4, zstd, auto");
    }

    private static String refused(String option, String value) {
        Faultline migrate = Faultline.run("migrate", "--guest", "@x", "--to", "127.0.0.1:1", option, value);
        assertThat(migrate.exitCode()).isNotZero();
        return migrate.err();
    }
}
