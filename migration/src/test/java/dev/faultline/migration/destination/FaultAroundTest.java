package dev.faultline.migration.destination;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faultline.migration.page.PageStates;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.function.IntUnaryOperator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class FaultAroundTest {
    private static final int PAGES = 1 << 13;

    private final PageStates states = new PageStates(PAGES);

    FaultAroundTest() {
        for (int page = 0; page < PAGES; page++) {
            states.claim(page, true);
            states.finish(page, true, false);
        }
    }

    /** {@return how many faults it takes to touch pages, with what is mapped around each} */
    private int faults(int touches, IntUnaryOperator page) {
        int faults = 0;
        for (int i = 0; i < touches; i++) {
            int touched = page.applyAsInt(i);
            if (states.state(touched) != PageStates.MAPPED) {
                faults++;
                int block = FaultAround.blockPages(states, touched);
                int first = touched & -block;
                for (int mapped = first; mapped < first + block; mapped++) {
                    states.moveToMapped(mapped);
                }
            }
        }
        return faults;
    }

    @Test
    void aSequenceTakesAFiftiethOfItsFaults() {
        assertThat(faults(PAGES, i -> i)).isLessThan(PAGES / 50);
    }

    @Test
    void soDoesOneDownwards() {
        assertThat(faults(PAGES, i -> PAGES - 1 - i)).isLessThan(PAGES / 50);
    }

    @Test
    void soDoSequencesOfSeveralThreads() {
        assertThat(faults(PAGES, i -> i % 4 * (PAGES / 4) + i / 4)).isLessThan(PAGES / 50);
    }

    @Test
    void whatIsTouchedHereAndThereIsMappedAlone() {
        Random random = new Random(9);
        int touches = PAGES / 100;
        assertThat(faults(touches, _ -> random.nextInt(PAGES))).isGreaterThan(touches * 9 / 10);
        assertThat(states.mapped(0, PAGES)).isLessThan(touches * 11 / 10);
    }

    @Test
    void pagesEvenlyApartAreMappedAlone() {
        int faults = faults(PAGES / 8, i -> 8 * i);
        assertThat(faults).isEqualTo(PAGES / 8);
        assertThat(states.mapped(0, PAGES)).isEqualTo(faults);
    }

    @Test
    void whereEverythingIsTouchedInAnyOrderMostIsMappedAhead() {
        List<Integer> pages = new ArrayList<>(IntStream.range(0, PAGES).boxed().toList());
        Collections.shuffle(pages, new Random(9));
        assertThat(faults(PAGES, pages::get)).isLessThan(PAGES / 3);
    }

    @Test
    void blocksGoBeyondTheRegion() {
        PageStates few = new PageStates(5);
        assertThat(FaultAround.blockPages(few, 4)).isOne();
        for (int page = 0; page < 4; page++) {
            few.claim(page, true);
            few.finish(page, true, false);
            few.moveToMapped(page);
        }
        assertThat(few.mapped(0, 4)).isEqualTo(4);
        assertThat(few.mapped(4, 8)).isZero();
        assertThat(FaultAround.blockPages(few, 4)).isEqualTo(8);
    }

    @Test
    void mappedPagesAreCountedWhereverTheyBegin() {
        PageStates odd = new PageStates(1003);
        for (int page = 0; page < 1003; page += 3) {
            odd.claim(page, true);
            odd.finish(page, true, false);
            odd.moveToMapped(page);
        }
        for (int from = 0; from < 32; from++) {
            assertThat(odd.mapped(from, 1024)).isEqualTo(335 - (from + 2) / 3);
            assertThat(odd.mapped(from, from + 1)).isEqualTo(from % 3 == 0 ? 1 : 0);
        }
    }

    @Test
    void whatAnEarlierEngineHasMappedCounts() {
        MemorySegment kept = MemorySegment.ofArray(new int[128]);
        PageStates earlier = PageStates.over(512, kept);
        for (int page = 0; page < 256; page++) {
            earlier.claim(page, true);
            earlier.finish(page, true, false);
            earlier.moveToMapped(page);
        }
        PageStates later = PageStates.over(512, kept);
        assertThat(later.mapped(0, 512)).isEqualTo(256);
        assertThat(FaultAround.blockPages(later, 256)).isEqualTo(512);
    }
}
