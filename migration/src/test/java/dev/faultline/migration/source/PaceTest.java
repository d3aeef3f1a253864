package dev.faultline.migration.source;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.Test;

/** With a clock of the test's own. */
class PaceTest {
    private static final long SECOND = 1_000_000_000L;
    private static final long RATE = 10_000_000;
    private static final int FRAME = 256 << 10;

    private long now = -5 * SECOND; // the clock has no zero

    /** Sends for some time, each wait being as late as a thread may wake. */
    private long sentIn(Pace pace, long nanos, long maxLateNanos) {
        Random random = new Random(1);
        long end = now + nanos;
        long sent = 0;
        while (now < end) {
            long wait = pace.waitNanos(now);
            if (wait == 0) {
                pace.sent(FRAME, now);
                sent += FRAME;
            } else {
                now += wait + (long) (random.nextDouble() * maxLateNanos);
            }
        }
        return sent;
    }

    @Test
    void bytesOverTimeAreTheRateAlsoIfThreadsWakeLate() {
        assertThat(sentIn(new Pace(RATE), 10 * SECOND, 0)).isCloseTo(10 * RATE, Percentage.withPercentage(1));
        assertThat(sentIn(new Pace(RATE), 10 * SECOND, 3_000_000)).isCloseTo(10 * RATE, Percentage.withPercentage(1));
    }

    @Test
    void whatWasNotUsedIsNotSavedUp() {
        Pace pace = new Pace(RATE);
        pace.sent(FRAME, now);
        now += 60 * SECOND;
        assertThat(sentIn(pace, SECOND, 0)).isCloseTo(RATE, Percentage.withPercentage(5));
    }

    @Test
    void noLimitIsNoWait() {
        Pace pace = new Pace(0);
        pace.sent(Long.MAX_VALUE, now);
        assertThat(pace.waitNanos(now)).isZero();
    }
}
