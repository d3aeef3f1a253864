package dev.faultline.migration.source;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faultline.migration.host.LocalHost;
import dev.faultline.migration.page.PageBits;
import java.util.List;
import org.junit.jupiter.api.Test;

class FinalMapTest {
    private static final int PAGES = 200;

    private final FinalMap map = new FinalMap(LocalHost.INSTANCE);
    private final PushOrder.Run run = new PushOrder.Run();

    private void push(int dirtyPages) {
        List<PageBits> dirty = List.of(new PageBits(PAGES));
        dirty.getFirst().add(0, dirtyPages);
        map.push(new PushOrder(dirty, List.of(), new Stripes(1, new int[] {64})));
    }

    @Test
    void whatIsLeftFallsWithEveryRunThatIsTakenAndEveryPageThatIsAskedFor() {
        assertThat(map.remaining()).isEmpty();
        push(100);
        assertThat(map.remaining()).hasValue(100);
        map.asked(0, 99, false);
        map.asked(0, 99, false);
        map.asked(0, 150, false); // was clean
        assertThat(map.remaining()).hasValue(99);
        map.asked(0, 98, true); // is sent once more
        assertThat(map.remaining()).hasValue(99);
        assertThat(map.takeNext(0, run)).isTrue();
        assertThat(map.remaining()).hasValue(99L - run.count);
        while (map.takeNext(0, run)) {
            assertThat(run.count).isPositive();
        }
        assertThat(map.remaining()).hasValue(0);
    }

    @Test
    void whatIsAskedForBeforeItIsKnownWhatToPushIsNotPushed() {
        map.asked(0, 3, false);
        push(10);
        assertThat(map.remaining()).hasValue(9);
    }

    @Test
    void aPageThatWasPushedAndIsAskedForAllTheSameIsNotCountedAgain() {
        push(10);
        assertThat(map.takeNext(0, run)).isTrue();
        map.asked(0, 5, false);
        assertThat(map.remaining()).hasValue(0);
    }
}
