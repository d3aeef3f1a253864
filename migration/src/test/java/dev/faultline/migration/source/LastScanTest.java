package dev.faultline.migration.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.faultline.migration.host.LocalHost;
import dev.faultline.migration.page.PageBits;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class LastScanTest {
    private static final int CHUNKS = 4;
    private static final int PAGES = (CHUNKS - 1) * LastScan.CHUNK_PAGES + 70;

    private final List<Integer> looked = new ArrayList<>();

    private LastScan scan(LastScan.Scanner scanner) {
        return new LastScan(LocalHost.INSTANCE, List.of(new PageBits(64), new PageBits(PAGES)), scanner);
    }

    /** Every tenth page is dirty. */
    private void addTenth(int region, int first, int count, PageBits dirty) {
        synchronized (looked) {
            looked.add(first / LastScan.CHUNK_PAGES);
        }
        for (int page = Math.ceilDiv(first, 10) * 10; page < first + count; page += 10) {
            dirty.add(page, 1);
        }
    }

    @Test
    void aQuestionLooksAtOneChunkOnly() throws Exception {
        LastScan scan = scan(this::addTenth);
        PageBits dirty = scan.around(1, LastScan.CHUNK_PAGES + 6);
        assertThat(looked).containsExactly(1);
        assertThat(dirty.contains(LastScan.CHUNK_PAGES + 6)).isTrue(); // 16390
        assertThat(dirty.contains(LastScan.CHUNK_PAGES + 7)).isFalse();
        PageBits _ = scan.around(1, LastScan.CHUNK_PAGES + 100);
        assertThat(looked).containsExactly(1);
    }

    @Test
    void allOfThemAreKnownInTheEndAndEachIsLookedAtOnce() throws Exception {
        LastScan scan = scan(this::addTenth);
        PageBits _ = scan.around(1, PAGES - 1);
        List<PageBits> all = scan.all();
        assertThat(looked).containsExactly(3, 2, 1, 0, 0);
        assertThat(all.getFirst().size()).isEqualTo(7);
        assertThat(all.get(1).size()).isEqualTo(Math.ceilDiv(PAGES, 10));
    }

    @Test
    void whoAsksForAChunkThatIsBeingLookedAtWaits() throws Exception {
        CountDownLatch looking = new CountDownLatch(1);
        CountDownLatch go = new CountDownLatch(1);
        AtomicInteger answered = new AtomicInteger();
        LastScan scan = scan((_, _, _, dirty) -> {
            looking.countDown();
            try {
                go.await();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
            dirty.add(5, 1);
        });
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            threads.add(Thread.ofPlatform().start(() -> {
                try {
                    answered.addAndGet(scan.around(1, 5).contains(5) ? 1 : 100);
                } catch (InterruptedException e) {
                    throw new IllegalStateException(e);
                }
            }));
        }
        looking.await();
        Thread.sleep(50);
        assertThat(answered).hasValue(0);
        go.countDown();
        for (Thread thread : threads) {
            thread.join();
        }
        assertThat(answered).hasValue(3);
    }

    @Test
    void aLookThatFailsIsNoAnswer() throws Exception {
        AtomicInteger tries = new AtomicInteger();
        LastScan scan = scan((_, _, _, dirty) -> {
            if (tries.incrementAndGet() == 1) {
                throw new IllegalStateException("the guest process has gone");
            }
            dirty.add(1, 1);
        });
        assertThatThrownBy(() -> scan.around(1, 1)).hasMessage("the guest process has gone");
        assertThat(scan.around(1, 1).contains(1)).isTrue();
    }
}
