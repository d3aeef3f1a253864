package dev.faultline.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faultline.migration.guest.GuestState;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** A guest that its destination has no room for is refused before anything of it has moved. */
class AdmissionIT {
    private static final int KIB_PER_GIB = 1 << 20;

    @Test
    void aGuestThatMayNeedMoreMemoryThanThereIsGoesOnAtItsSource() throws IOException {
        // The files are holes: only the destination's promise is too large.
        String[] guest = {
            "--memory", (availableGib() + 2) + "G", "--working-set", "16M", "--cold-set", "8M", "--write-rate", "max"
        };
        try (Hosts hosts = new Hosts()) {
            hosts.startGuest(guest);
            hosts.startWaitingGuest(guest);
            Faultline receive = hosts.startReceive();
            Faultline migrate = hosts.startMigrate(receive);

            assertThat(migrate.await()).as(migrate.toString()).isEqualTo(1);
            assertThat(migrate.err())
                    .contains("not enough memory for this guest: 'ram' needs ")
                    .contains("receive --overcommit")
                    .contains("the guest goes on here as before");
            assertThat(receive.await()).as(receive.toString()).isEqualTo(1);
            assertThat(receive.err()).contains("not enough memory").contains("the guest never ran here");
            assertThat(hosts.destination().state()).isEqualTo(GuestState.INCOMING);
            Hosts.awaitAlive(hosts.sourceName());
        }
    }

    private static long availableGib() throws IOException {
        return Files.readAllLines(Path.of("/proc/meminfo")).stream()
                .filter(line -> line.startsWith("MemAvailable:"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) / KIB_PER_GIB)
                .findFirst()
                .orElseThrow();
    }
}
