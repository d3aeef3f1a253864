package dev.faultline.cli.rehearsal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faultline.guest.kvm.ModelGuest;
import dev.faultline.migration.guest.GuestState;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A rehearsal that fails is passed over in silence: here it is not. */
@Timeout(120)
class RehearsalTest {
    @Test
    void everyMoveIsMadeAndTheRealGuestIsLeftAlone() {
        try (ModelGuest guest = ModelGuest.create(Rehearsal.config(true))) {
            assertThat(Rehearsal.run(guest)).isEqualTo(Rehearsal.MOVES);
            assertThat(guest.state()).isEqualTo(GuestState.INCOMING);
        }
    }
}
