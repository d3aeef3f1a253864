package dev.faultline.guest.kvm.machine;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class PacerTest {
    private static final long MICRO = 1_000;
    private static final long MILLI = 1_000_000;

    private long nowNanos = 5_000 * MILLI;
    private long pages = 700;

    /** Works one batch, rests as told, and returns how long the batch took, the rest included. */
    private long oneBatch(Pacer pacer, long nanosPerPage) {
        long begin = nowNanos;
        nowNanos += pacer.batch() * nanosPerPage;
        pages += pacer.batch();
        nowNanos = Math.max(nowNanos, pacer.heartbeat(nowNanos, pages));
        pacer.rested(nowNanos);
        return nowNanos - begin;
    }

    private long settledGap(Pacer pacer, long nanosPerPage) {
        for (int i = 0; i < 20; i++) {
            oneBatch(pacer, nanosPerPage);
        }
        return oneBatch(pacer, nanosPerPage);
    }

    private Pacer begun(long rate) {
        Pacer pacer = new Pacer(rate);
        pacer.begin(nowNanos, pages);
        return pacer;
    }

    @Test
    void keepsHeartbeatsSomeMillisecondsApartAtAnySpeed() {
        Pacer pacer = begun(0);
        assertThat(pacer.batch()).isEqualTo(Pacer.FIRST_BATCH);
        assertThat(settledGap(pacer, 450)).isBetween(1 * MILLI, 4 * MILLI);
        // Every page faults, all at once.
        assertThat(settledGap(pacer, 70 * MICRO)).isBetween(1 * MILLI, 4 * MILLI);
        assertThat(settledGap(pacer, 100 * MILLI)).isEqualTo(100 * MILLI);
        assertThat(settledGap(pacer, 1 * MICRO)).isBetween(1 * MILLI, 4 * MILLI);
    }

    @Test
    void keepsToItsRate() {
        for (long rate : new long[] {1, 100, 10_000, 200_000}) {
            Pacer pacer = begun(rate);
            long beginNanos = nowNanos;
            long beginPages = pages;
            for (int i = 0; i < 1000; i++) {
                oneBatch(pacer, 450);
            }
            double perSecond = (pages - beginPages) * 1e9 / (nowNanos - beginNanos);
            assertThat(perSecond).isBetween(rate * 0.99, rate * 1.01);
            assertThat(pacer.batch()).isLessThanOrEqualTo((int) Math.max(1, rate / 200));
        }
    }

    @Test
    void doesNotCatchUpAfterALongStop() {
        Pacer pacer = begun(10_000);
        settledGap(pacer, 450);
        nowNanos += 3_000 * MILLI;
        oneBatch(pacer, 450);
        long begin = nowNanos;
        long before = pages;
        for (int i = 0; i < 100; i++) {
            oneBatch(pacer, 450);
        }
        assertThat((pages - before) * 1e9 / (nowNanos - begin)).isBetween(9_000.0, 11_000.0);
    }

    @Test
    void countsFromWhereItBegins() {
        Pacer pacer = begun(1_000);
        settledGap(pacer, 450);
        nowNanos += 60_000 * MILLI;
        pacer.begin(nowNanos, pages);
        assertThat(oneBatch(pacer, 450)).isEqualTo(pacer.batch() * MILLI);
    }
}
