package dev.faultline.benchmarks.whole;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.faultline.qemu.lab.serial.Heartbeat;
import java.util.List;
import org.junit.jupiter.api.Test;

class GuestPaceTest {
    private static final long MILLI = 1_000_000;

    /** It writes 100 pages and verifies 50 between two of them; the third is late. */
    private static final List<Heartbeat> BEATS = List.of(beat(1, 0), beat(2, 10), beat(3, 60), beat(4, 70));

    private static Heartbeat beat(int number, long millis) {
        return new Heartbeat(number, millis, 0, number * 100L, number * 50L, 0, 0, millis * MILLI);
    }

    @Test
    void workIsCountedByTheLastHeartbeatBefore() {
        assertThat(new GuestPace(BEATS, false).pagesPerSecond(15 * MILLI, 65 * MILLI))
                .isEqualTo(2000);
        assertThat(new GuestPace(BEATS, true).pagesPerSecond(0, 70 * MILLI)).isCloseTo(150 / 0.07, within(1e-6));
    }

    @Test
    void aGapCountsIfItsEndIsInTime() {
        GuestPace pace = new GuestPace(BEATS, false);
        assertThat(pace.longestGapMillis(20 * MILLI, 65 * MILLI)).isEqualTo(50);
        assertThat(pace.longestGapMillis(65 * MILLI, 100 * MILLI)).isEqualTo(10);
    }
}
