package dev.faultline.migration.page;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class DirtyCountsTest {
    private static final int PAGES = 300;

    @Test
    void countsUpToThree() {
        Random random = new Random(3);
        DirtyCounts counts = new DirtyCounts(PAGES);
        int[] expected = new int[PAGES];
        for (int round = 0; round < 6; round++) {
            PageBits dirty = new PageBits(PAGES);
            for (int page = 0; page < PAGES; page++) {
                if (random.nextInt(3) == 0) {
                    dirty.add(page, 1);
                    expected[page] = Math.min(DirtyCounts.MOST, expected[page] + 1);
                }
            }
            counts.count(dirty);
            for (int page = 0; page < PAGES; page++) {
                assertThat(counts.of(page)).isEqualTo(expected[page]);
            }
        }
        List<PageBits> hottestFirst = counts.takeHottestFirst();
        for (int page = 0; page < PAGES; page++) {
            for (int level = 0; level < DirtyCounts.MOST; level++) {
                assertThat(hottestFirst.get(level).contains(page))
                        .isEqualTo(expected[page] == DirtyCounts.MOST - level);
            }
        }
    }
}
