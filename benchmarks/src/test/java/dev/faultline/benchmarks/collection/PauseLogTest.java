package dev.faultline.benchmarks.collection;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faultline.benchmarks.collection.PauseLog.Pause;
import java.util.List;
import org.junit.jupiter.api.Test;

class PauseLogTest {
    private static final PauseLog LOG = PauseLog.of(List.of(
            "[1000ns] Safepoint \"ICBufferFull\", Time since last: 1 ns, Reaching safepoint: 2 ns, At safepoint: 3 ns,"
                    + " Leaving safepoint: 1 ns, Total: 9000 ns, Threads: 0 runnable, 10 total",
            "[2000ns] Safepoint \"SerialCollectForAllocation\", Time since last: 1 ns, Reaching safepoint: 2 ns,"
                    + " At safepoint: 3 ns, Leaving safepoint: 1 ns, Total: 700 ns, Threads: 0 runnable, 10 total",
            "[3000ns] Safepoint \"SerialCollectForAllocation\", Time since last: 1 ns, Reaching safepoint: 2 ns,"
                    + " At safepoint: 3 ns, Leaving safepoint: 1 ns, Total: 800 ns, Threads: 0 runnable, 10 total",
            "[4000ns] Safepo"));

    @Test
    void aCollectionIsTheOneThatEndedInTime() {
        assertThat(LOG.pauses()).hasSize(3);
        assertThat(LOG.collections(0, 2999)).containsExactly(new Pause(2000, 700, "SerialCollectForAllocation"));
    }

    @Test
    void theLongestIsZeroWithoutAny() {
        assertThat(PauseLog.longestNanos(LOG.collections(0, 5000))).isEqualTo(800);
        assertThat(PauseLog.longestNanos(LOG.collections(0, 10))).isZero();
    }
}
