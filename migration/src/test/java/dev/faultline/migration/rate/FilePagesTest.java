package dev.faultline.migration.rate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faultline.migration.rate.FilePages.Place;
import dev.faultline.migration.rate.MemoryArea.Range;
import dev.faultline.uffd.memory.PageSize;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class FilePagesTest {
    private static final long PAGE = PageSize.SIZE_4K.bytes();

    /** A window that is far behind must not take memory for what is between. */
    @Test
    void pagesThatAreNotMappedHaveNoNumbers() {
        MemoryArea area = area(new Range(0, 2 * PAGE, 1L << 45), new Range(1 << 20, 3 * PAGE, 0));
        FilePages pages = FilePages.of(area);
        assertThat(pages.pageCount()).isEqualTo(5);
        assertThat(pages.places()).extracting(Place::firstPage).containsExactly(0L, 3L);
        assertThat(area.lengthBytes()).isEqualTo(5 * PAGE);
    }

    @Test
    void everyPageHasOneNumberHoweverOftenItIsMapped() {
        for (int seed = 0; seed < 200; seed++) {
            Random random = new Random(seed);
            Range[] ranges = Stream.generate(
                            () -> new Range(0, (1 + random.nextInt(8)) * PAGE, random.nextInt(30) * PAGE))
                    .limit(1 + random.nextInt(6))
                    .toArray(Range[]::new);
            FilePages pages = FilePages.of(area(ranges));
            Map<Long, Long> numbers = new HashMap<>();
            for (Place place : pages.places()) {
                for (long page = 0; page < place.range().lengthBytes() / PAGE; page++) {
                    long number = place.firstPage() + page;
                    Long before = numbers.put(place.range().offset() / PAGE + page, number);
                    assertThat(before == null || before == number)
                            .as("seed %d", seed)
                            .isTrue();
                }
            }
            Set<Long> used = new HashSet<>(numbers.values());
            assertThat(used).as("seed %d", seed).hasSize(numbers.size());
            assertThat(new TreeSet<>(used).first()).isZero();
            assertThat(new TreeSet<>(used).last() + 1).isEqualTo(pages.pageCount());
            assertThat(pages.pageCount()).isEqualTo(numbers.size());
        }
    }

    private static MemoryArea area(Range... ranges) {
        return new MemoryArea("file", PageSize.SIZE_4K, List.of(ranges));
    }
}
