package dev.faultline.migration.source;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faultline.migration.page.PageBits;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class PushOrderTest {
    private static final long SEED = 12;
    private static final int PAGES = 1000;

    private final PushOrder.Run run = new PushOrder.Run();

    private static PageBits bits(int... runs) {
        PageBits bits = new PageBits(PAGES);
        for (int i = 0; i < runs.length; i += 2) {
            bits.add(runs[i], runs[i + 1]);
        }
        return bits;
    }

    private static PushOrder order(PageBits dirty, PageBits recent) {
        return new PushOrder(List.of(dirty), List.of(recent), new int[] {64});
    }

    private List<String> drain(PushOrder order) {
        List<String> runs = new ArrayList<>();
        while (order.takeNext(run)) {
            runs.add(run.region + ":" + run.first + "+" + run.count);
        }
        return runs;
    }

    @Test
    void runsAreCutWhereFramesAre() {
        assertThat(drain(order(bits(10, 200), bits()))).containsExactly("0:10+54", "0:64+64", "0:128+64", "0:192+18");
    }

    @Test
    void whatWasDirtiedAgainAndAgainComesFirst() {
        assertThat(drain(order(bits(0, 4, 100, 4, 200, 4), bits(200, 4, 300, 4))))
                .containsExactly("0:200+4", "0:0+4", "0:100+4");
    }

    @Test
    void theNeighboursOfAnAskedPageComeNext() {
        PushOrder order = order(bits(0, 4, 100, 40), bits(0, 4));
        order.asked(0, 110, false);
        assertThat(drain(order)).containsExactly("0:111+17", "0:128+12", "0:0+4", "0:100+10");
    }

    @Test
    void anAskedPageIsNotPushedUnlessToBreakTheEngine() {
        PushOrder order = order(bits(5, 1), bits());
        order.asked(0, 5, false);
        assertThat(drain(order)).isEmpty();
        PushOrder broken = order(bits(5, 1), bits());
        broken.asked(0, 5, true);
        assertThat(drain(broken)).containsExactly("0:5+1");
    }

    @Test
    void theLastPageCanBeAskedFor() {
        PushOrder order = order(bits(PAGES - 1, 1), bits());
        order.asked(0, PAGES - 1, false);
        assertThat(drain(order)).isEmpty();
    }

    @Test
    void everyDirtyPageComesOnceWhateverIsAskedFor() {
        Random random = new Random(SEED);
        for (int round = 0; round < 200; round++) {
            List<PageBits> dirty = List.of(random(random), random(random));
            PushOrder order = new PushOrder(dirty, List.of(random(random), random(random)), new int[] {64, 1});
            List<BitSet> got = List.of(new BitSet(), new BitSet());
            int[] most = {64, 1};
            while (take(order, got, most)) {
                if (random.nextInt(4) == 0) {
                    int region = random.nextInt(2);
                    int page = random.nextInt(PAGES);
                    order.asked(region, page, false);
                    got.get(region)
                            .set(
                                    page,
                                    got.get(region).get(page)
                                            || dirty.get(region).contains(page));
                }
            }
            for (int region = 0; region < 2; region++) {
                for (int page = 0; page < PAGES; page++) {
                    assertThat(got.get(region).get(page))
                            .isEqualTo(dirty.get(region).contains(page));
                }
            }
        }
    }

    private boolean take(PushOrder order, List<BitSet> got, int[] most) {
        if (!order.takeNext(run)) {
            return false;
        }
        assertThat(run.first / most[run.region]).isEqualTo((run.first + run.count - 1) / most[run.region]);
        for (int page = run.first; page < run.first + run.count; page++) {
            assertThat(got.get(run.region).get(page)).as("page %d again", page).isFalse();
            got.get(run.region).set(page);
        }
        return true;
    }

    private static PageBits random(Random random) {
        PageBits bits = new PageBits(PAGES);
        for (int i = random.nextInt(30); i > 0; i--) {
            int first = random.nextInt(PAGES);
            bits.add(first, random.nextInt(Math.min(150, PAGES - first)) + 1);
        }
        return bits;
    }
}
