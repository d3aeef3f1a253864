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
        return new PushOrder(List.of(dirty), List.of(List.of(recent)), new Stripes(1, new int[] {64}));
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
        assertThat(drain(order)).containsExactly("0:111+17", "0:100+10", "0:128+12", "0:0+4");
    }

    @Test
    void aroundTheLatestFaultComesFirstAndNotFarFromIt() {
        PushOrder order = order(bits(0, 300, 500, 2, 800, 200), bits(500, 1));
        order.asked(0, 10, false);
        order.asked(0, 900, false);
        assertThat(drain(order).subList(0, 8))
                .containsExactly(
                        "0:901+59",
                        "0:896+4",
                        "0:836+60",
                        "0:960+5", // as far as 64 pages both ways
                        "0:11+53",
                        "0:0+10",
                        "0:64+11",
                        "0:500+2");
    }

    @Test
    void theHottestComeFirst() {
        List<List<PageBits>> hot = List.of(List.of(bits(300, 4)), List.of(bits(100, 4, 700, 1)));
        PushOrder order = new PushOrder(List.of(bits(0, 400)), hot, new Stripes(1, new int[] {64}));
        assertThat(drain(order).subList(0, 4)).containsExactly("0:300+20", "0:100+28", "0:0+64", "0:64+36");
    }

    @Test
    void whatAStreamForetellsComesBeforeTheNeighbours() {
        PushOrder up = order(bits(0, PAGES), bits());
        for (int page : new int[] {100, 101, 102}) {
            up.asked(0, page, false);
        }
        assertThat(take(up, 2)).containsExactly("0:103+8", "0:64+36");
        up.asked(0, 111, false); // it comes where the window ended: twice as many are next
        assertThat(take(up, 1)).containsExactly("0:112+16");
        PushOrder down = order(bits(0, PAGES), bits());
        for (int page : new int[] {102, 101, 100}) {
            down.asked(0, page, false);
        }
        assertThat(take(down, 1)).containsExactly("0:92+8");
        PushOrder strided = order(bits(0, PAGES), bits());
        for (int page : new int[] {600, 620, 640}) {
            strided.asked(0, page, false);
        }
        assertThat(take(strided, 9))
                .containsExactly(
                        "0:660+1",
                        "0:680+1",
                        "0:700+1",
                        "0:720+1",
                        "0:740+1",
                        "0:760+1",
                        "0:780+1",
                        "0:800+1",
                        "0:641+19");
    }

    @Test
    void aStreamOverFewDirtyPagesGoesFromOneToTheNext() {
        PageBits sparse = bits();
        for (int page = 0; page < PAGES; page += 30) {
            sparse.add(page, 1);
        }
        PushOrder order = order(sparse, bits());
        for (int page : new int[] {0, 30, 60}) {
            order.asked(0, page, false);
        }
        assertThat(take(order, 3)).containsExactly("0:90+1", "0:120+1", "0:150+1");
    }

    @Test
    void aRunIsNoLongerThanWhatTheLinkTakes() {
        run.maxPages = 3;
        PushOrder order = order(bits(0, 8), bits());
        assertThat(drain(order)).containsExactly("0:0+3", "0:3+3", "0:6+2");
        PushOrder around = order(bits(0, 8), bits());
        around.asked(0, 7, false);
        assertThat(drain(around)).containsExactly("0:4+3", "0:1+3", "0:0+1");
    }

    private List<String> take(PushOrder order, int runs) {
        List<String> taken = new ArrayList<>();
        while (taken.size() < runs && order.takeNext(0, run)) {
            taken.add(run.region + ":" + run.first + "+" + run.count);
        }
        return taken;
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
        PushOrder order =
                new PushOrder(List.of(dirty), List.of(List.of(bits(700, 10))), new Stripes(3, new int[] {64}));
        order.asked(0, 100, false);
        List<String> second = new ArrayList<>();
        while (order.takeNext(1, run)) {
            second.add(run.first + "+" + run.count);
        }
        assertThat(second).containsExactly("101+27", "64+36", "700+4", "256+64", "448+64", "640+60", "832+64");
        assertThat(order.takeNext(2, run)).isTrue();
        assertThat(run.first).as("where the guest goes on").isEqualTo(128);
        assertThat(order.takeNext(0, run)).isTrue();
        assertThat(run.first).as("what is nearest, before it").isEqualTo(36);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 8})
    void everyDirtyPageComesOnceWhateverIsAskedFor(int connections) {
        Random random = new Random(SEED);
        int[] most = {64, 1};
        Stripes stripes = new Stripes(connections, most);
        for (int round = 0; round < 200; round++) {
            List<PageBits> dirty = List.of(random(random), random(random));
            PushOrder order = new PushOrder(dirty, List.of(List.of(random(random), random(random))), stripes);
            List<BitSet> got = List.of(new BitSet(), new BitSet());
            List<Integer> busy =
                    new ArrayList<>(IntStream.range(0, connections).boxed().toList());
            while (!busy.isEmpty()) {
                Integer connection = busy.get(random.nextInt(busy.size()));
                if (!take(order, connection, got, stripes, most)) {
                    busy.removeIf(connection::equals);
                } else if (random.nextInt(4) == 0) {
                    ask(order, random, dirty, got);
                    run.maxPages = 1 + random.nextInt(PushOrder.RUN_PAGES);
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
