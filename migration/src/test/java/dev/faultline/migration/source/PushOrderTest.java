package dev.faultline.migration.source;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faultline.migration.page.PageBits;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

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
        return new PushOrder(List.of(dirty), List.of(recent), new Stripes(1, new int[] {64}));
    }

    private List<String> drain(PushOrder order) {
        List<String> runs = new ArrayList<>();
        while (order.takeNext(0, run)) {
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
    void eachConnectionTakesItsOwnPages() {
        PageBits dirty = bits(0, PAGES);
        PushOrder order = new PushOrder(List.of(dirty), List.of(bits(700, 10)), new Stripes(3, new int[] {64}));
        order.asked(0, 100, false);
        List<String> second = new ArrayList<>();
        while (order.takeNext(1, run)) {
            second.add(run.first + "+" + run.count);
        }
        assertThat(second).containsExactly("101+27", "256+64", "448+64", "640+64", "832+64", "64+36");
        assertThat(order.takeNext(2, run)).isTrue();
        assertThat(run.first).as("where the guest goes on").isEqualTo(128);
        assertThat(order.takeNext(0, run)).isTrue();
        assertThat(run.first).isEqualTo(192);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 8})
    void everyDirtyPageComesOnceWhateverIsAskedFor(int connections) {
        Random random = new Random(SEED);
        int[] most = {64, 1};
        Stripes stripes = new Stripes(connections, most);
        for (int round = 0; round < 200; round++) {
            List<PageBits> dirty = List.of(random(random), random(random));
            PushOrder order = new PushOrder(dirty, List.of(random(random), random(random)), stripes);
            List<BitSet> got = List.of(new BitSet(), new BitSet());
            List<Integer> busy =
                    new ArrayList<>(IntStream.range(0, connections).boxed().toList());
            while (!busy.isEmpty()) {
                Integer connection = busy.get(random.nextInt(busy.size()));
                if (!take(order, connection, got, stripes, most)) {
                    busy.removeIf(connection::equals);
                } else if (random.nextInt(4) == 0) {
                    ask(order, random, dirty, got);
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

    private static void ask(PushOrder order, Random random, List<PageBits> dirty, List<BitSet> got) {
        int region = random.nextInt(2);
        int page = random.nextInt(PAGES);
        order.asked(region, page, false);
        got.get(region).set(page, got.get(region).get(page) || dirty.get(region).contains(page));
    }

    private boolean take(PushOrder order, int connection, List<BitSet> got, Stripes stripes, int[] most) {
        if (!order.takeNext(connection, run)) {
            return false;
        }
        assertThat(run.first / most[run.region]).isEqualTo((run.first + run.count - 1) / most[run.region]);
        assertThat(stripes.connectionOf(run.region, run.first)).isEqualTo(connection);
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
