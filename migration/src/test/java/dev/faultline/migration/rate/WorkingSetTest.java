package dev.faultline.migration.rate;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class WorkingSetTest {
    private static final long WINDOW_NANOS = 1000;

    @Test
    void aPageCountsOnceWhereverItIsWrittenAgain() {
        WorkingSet set = new WorkingSet(100, WINDOW_NANOS);
        set.begin(0, 100);
        set.add(10, 20);
        set.add(25, 10); // by another mapping
        assertThat(set.writtenPages()).isEqualTo(25);
        set.begin(100, 200);
        set.add(30, 10);
        assertThat(set.writtenPages()).isEqualTo(10);
        assertThat(set.recentPages()).isEqualTo(30);
        assertThat(set.totalPages()).isEqualTo(30);
    }

    @Test
    void whatIsOlderThanTheWindowIsNotRecent() {
        WorkingSet set = new WorkingSet(100, WINDOW_NANOS);
        set.begin(0, 500);
        set.add(0, 50);
        set.begin(500, 1000);
        set.add(50, 25);
        assertThat(set.recentPages()).isEqualTo(75);
        set.begin(1000, 1500); // the first sample is from 1000 to 1500 nanoseconds old
        set.add(0, 5);
        assertThat(set.recentPages()).isEqualTo(30);
        assertThat(set.totalPages()).isEqualTo(75);
        set.begin(1500, 9000);
        assertThat(set.writtenPages()).isZero();
        assertThat(set.recentPages()).isZero();
        set.add(0, 100);
        assertThat(set.recentPages()).isEqualTo(100);
        assertThat(set.totalPages()).isEqualTo(100);
    }

    /** Else the number of samples in the window, and the working set with it, would go up and down. */
    @Test
    void aSampleThatComesABitLateOrEarlyChangesNothing() {
        Random random = new Random(1);
        WorkingSet set = new WorkingSet(100, WINDOW_NANOS);
        long from = 0;
        for (int sample = 1; sample <= 100; sample++) {
            long to = sample * 100L + random.nextInt(40) - 20;
            set.begin(from, to);
            set.add(sample - 1, 1);
            assertThat(set.recentPages()).isEqualTo(Math.min(sample, 10));
            from = to;
        }
    }

    @Test
    void anyHistoryIsAsSetsOfPagesSay() {
        for (int seed = 0; seed < 50; seed++) {
            Random random = new Random(seed);
            WorkingSet set = new WorkingSet(200, WINDOW_NANOS);
            TreeMap<Long, TreeSet<Integer>> byMiddle = new TreeMap<>();
            TreeSet<Integer> ever = new TreeSet<>();
            long from = 0;
            for (int sample = 0; sample < 60; sample++) {
                long to = from + 2 + random.nextInt(400);
                TreeSet<Integer> now = new TreeSet<>();
                set.begin(from, to);
                for (int run = random.nextInt(4); run > 0; run--) {
                    int first = random.nextInt(200);
                    int count = random.nextInt(200 - first);
                    set.add(first, count);
                    for (int page = first; page < first + count; page++) {
                        now.add(page);
                    }
                }
                ever.addAll(now);
                byMiddle.put(from + (to - from) / 2, now);
                TreeSet<Integer> recent = new TreeSet<>();
                byMiddle.tailMap(to - WINDOW_NANOS, false).values().forEach(recent::addAll);
                assertThat(set.writtenPages()).as("seed %d", seed).isEqualTo(now.size());
                assertThat(set.recentPages()).as("seed %d", seed).isEqualTo(recent.size());
                assertThat(set.totalPages()).as("seed %d", seed).isEqualTo(ever.size());
                from = to;
            }
        }
    }
}
