package dev.faultline.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faultline.guest.kvm.control.GuestReport;
import dev.faultline.migration.guest.GuestState;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** The guest works on the destination long before the dirty map has been transferred. */
class HeldMapIT {
    private static final int HELD_SECONDS = 5;
    private static final long ENOUGH_PAGES = 10_000;

    @Test
    void theGuestVerifiesPagesWhileTheMapIsHeldBack() {
        String[] guest = Demos.SMALL.toArray(String[]::new);
        try (Hosts hosts = new Hosts()) {
            hosts.startGuest(guest);
            hosts.startWaitingGuest(guest);
            Hosts.await(hosts.sourceName(), report -> report.statistics().passes() >= 1);
            Faultline receive = hosts.startReceive();
            Faultline migrate =
                    hosts.startMigrate(receive, "--mode", "hybrid", "--hold-map", Integer.toString(HELD_SECONDS));
            Hosts.await(hosts.destinationName(), report -> report.state() == GuestState.RUNNING);
            Hosts.sleep(Duration.ofMillis(HELD_SECONDS * 1000 - 500));
            GuestReport held = hosts.destination();
            assertThat(migrate.isAlive())
                    .as("the map is still held: " + migrate)
                    .isTrue();
            assertThat(receive.isAlive()).isTrue();

            long verified = held.statistics().pagesVerified()
                    - hosts.source().statistics().pagesVerified();
            assertThat(verified).isGreaterThanOrEqualTo(ENOUGH_PAGES);
            assertThat(held.statistics().corruptions()).isZero();
            assertThat(migrate.await()).as(migrate.toString()).isZero();
            assertThat(receive.await()).as(receive.toString()).isZero();
            Hosts.awaitAlive(hosts.destinationName());
        }
    }
}
