package dev.faultline.migration.page;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class WaitingFaultsTest {
    private final WaitingFaults waiting = new WaitingFaults();

    @Test
    void aKeyIsItsRegionAndPage() {
        long key = WaitingFaults.key(1023, (1 << 30) - 1);
        assertThat(WaitingFaults.region(key)).isEqualTo(1023);
        assertThat(WaitingFaults.page(key)).isEqualTo((1 << 30) - 1);
    }

    @Test
    void aPageStandsOnceHoweverManyWait() {
        assertThat(waiting.add(7, 100)).isTrue();
        assertThat(waiting.add(7, 200)).isFalse();
        assertThat(waiting.remove(7)).isEqualTo(100);
        assertThat(waiting.remove(7)).isEqualTo(-1);
        assertThat(waiting.contains(7)).isFalse();
    }

    @Test
    void itIsEmptyUntilAPageIsAddedAndWhenAllAreTakenAway() {
        assertThat(waiting.isEmpty()).isTrue();
        waiting.add(1, 100);
        waiting.add(2, 100);
        waiting.remove(1);
        assertThat(waiting.isEmpty()).isFalse();
        waiting.remove(2);
        assertThat(waiting.isEmpty()).isTrue();
    }

    @Test
    void theOldestAgeIsThatOfTheOldestStillWaiting() {
        assertThat(waiting.oldestAgeNanos(1000)).isZero();
        waiting.add(1, 100);
        waiting.add(2, 300);
        assertThat(waiting.oldestAgeNanos(1000)).isEqualTo(900);
        waiting.remove(1);
        assertThat(waiting.oldestAgeNanos(1000)).isEqualTo(700);
    }

    @Test
    void aFreedSlotIsUsedAgain() {
        for (int i = 0; i < 100_000; i++) {
            assertThat(waiting.add(i, i)).isTrue();
            assertThat(waiting.remove(i)).isEqualTo(i);
        }
    }

    @Test
    void moreThanItHoldsIsSaid() {
        for (int i = 0; i < 4096; i++) {
            waiting.add(i, 0);
        }
        assertThatThrownBy(() -> waiting.add(4096, 0)).hasMessage("more than 4096 pages are waited for at once");
    }

    @Test
    void whatOneAddsAndOthersRemoveIsRemovedOnce() throws Exception {
        int keys = 50_000;
        AtomicInteger removed = new AtomicInteger();
        AtomicInteger added = new AtomicInteger();
        List<Thread> removers = new ArrayList<>();
        for (int thread = 0; thread < 2; thread++) {
            removers.add(Thread.ofPlatform().start(() -> {
                while (removed.get() < keys) {
                    int upTo = added.get();
                    for (int key = Math.max(0, upTo - 1000); key < upTo; key++) {
                        if (waiting.remove(key) >= 0) {
                            removed.incrementAndGet();
                        }
                    }
                }
            }));
        }
        for (int key = 0; key < keys; key++) {
            while (added.get() - removed.get() > 900) {
                Thread.onSpinWait(); // as many as guest threads, and within what the removers look at
            }
            waiting.add(key, 1);
            added.incrementAndGet();
        }
        for (Thread remover : removers) {
            remover.join();
        }
        assertThat(removed).hasValue(keys);
        Set<Long> left = new HashSet<>();
        waiting.forEach(left::add);
        assertThat(left).isEmpty();
    }
}
