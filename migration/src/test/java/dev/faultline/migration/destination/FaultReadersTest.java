package dev.faultline.migration.destination;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faultline.migration.host.BytesLink;
import dev.faultline.migration.host.Link;
import dev.faultline.migration.host.LocalHost;
import dev.faultline.migration.page.WaitingFaults;
import dev.faultline.migration.wire.FrameChannel;
import dev.faultline.migration.wire.FrameHeader;
import dev.faultline.testing.RequiresUffd;
import dev.faultline.uffd.Uffd;
import dev.faultline.uffd.memory.PageSize;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Two regions with a userfaultfd each, and a source that takes no questions until it is let. */
@Timeout(30)
@RequiresUffd
class FaultReadersTest {
    private static final int PAGES = 64;
    private static final int TOUCHED = 20;
    private static final long END_NANOS = TimeUnit.SECONDS.toNanos(10);

    /** What is written to it is noted when it may be, and not before. */
    private static final class FullLink implements Link {
        private final CountDownLatch room = new CountDownLatch(1);
        private final CountDownLatch isFull = new CountDownLatch(1);
        private final BlockingQueue<List<Integer>> asked = new LinkedBlockingQueue<>();

        @Override
        public int read(ByteBuffer target) {
            return -1;
        }

        @Override
        public void write(ByteBuffer... sources) throws IOException {
            isFull.countDown();
            try {
                room.await();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
            byte[] bytes = new byte[sources[0].remaining()];
            sources[0].get(bytes);
            FrameHeader header = new FrameChannel(new BytesLink(bytes)).readHeader();
            asked.add(List.of(header.region(), (int) header.page()));
        }

        @Override
        public void endOutput() {}

        @Override
        public void close() {}
    }

    private final FullLink link = new FullLink();
    private final ArmedGuest guest = new ArmedGuest(2, PAGES, PageSize.SIZE_4K);
    private final FaultRequests requests = new FaultRequests(guest.memory, guest.shards);
    private final List<String> failures = new CopyOnWriteArrayList<>();
    private final FaultReaders readers = new FaultReaders(
            LocalHost.INSTANCE,
            guest.shards,
            (shard, waiter) -> new FaultService(
                    LocalHost.INSTANCE,
                    guest.shards,
                    shard,
                    guest.memory,
                    guest.mapper,
                    guest.statistics,
                    requests,
                    waiter,
                    new FaultSpin(0)));

    private void serve() {
        requests.connect(new FrameChannel(link));
        requests.askAgain(System.nanoTime()); // for nothing yet
        readers.start(failures::add);
    }

    @AfterEach
    void close() {
        link.room.countDown();
        assertThat(readers.end(END_NANOS)).isTrue();
        guest.close();
        assertThat(failures).isEmpty();
    }

    /** Has the reader of the first region ask for a page, which takes until there is room. */
    private CompletableFuture<Long> holdUpTheFirstReader() throws InterruptedException {
        CompletableFuture<Long> thread = guest.touch(0, 3);
        link.isFull.await();
        return thread;
    }

    private List<List<Integer>> asked(int count) throws InterruptedException {
        List<List<Integer>> found = new ArrayList<>();
        while (found.size() < count) {
            found.add(link.asked.take());
        }
        return found;
    }

    @Test
    void aReaderThatIsHeldUpDelaysNoFaultOfAnotherRegion() throws Exception {
        serve();
        CompletableFuture<Long> held = holdUpTheFirstReader();
        for (int page = 0; page < TOUCHED; page++) {
            guest.makeCurrent(1, page, 100 + page);
            assertThat(ArmedGuest.get(guest.touch(1, page))).isEqualTo(100 + page);
        }
        guest.makeCurrent(0, 4, 44);
        CompletableFuture<Long> behind = guest.touch(0, 4); // its own region's faults do wait
        assertThat(ArmedGuest.get(guest.touch(1, 5))).isEqualTo(105);
        assertThat(behind).isNotDone();
        assertThat(held).isNotDone();
        link.room.countDown();
        assertThat(ArmedGuest.get(behind)).isEqualTo(44);
        guest.makeCurrent(0, 3, 33);
        assertThat(ArmedGuest.get(held)).isEqualTo(33);
    }

    @Test
    void whatAReaderAsksForWhileAnotherWritesIsAskedForByThatOne() throws Exception {
        serve();
        CompletableFuture<Long> first = holdUpTheFirstReader();
        CompletableFuture<Long> second = guest.touch(1, 7);
        WaitingFaults waiting = guest.shards.of(1).waiting();
        while (!waiting.contains(WaitingFaults.key(1, 7))) {
            Thread.sleep(1);
        }
        guest.makeCurrent(1, 8, 88);
        assertThat(ArmedGuest.get(guest.touch(1, 8))).isEqualTo(88); // it does not wait for its turn to write
        assertThat(link.asked).isEmpty();
        link.room.countDown();
        assertThat(asked(2)).containsExactly(List.of(0, 3), List.of(1, 7));
        guest.makeCurrent(0, 3, 33);
        guest.makeCurrent(1, 7, 77);
        assertThat(ArmedGuest.get(first)).isEqualTo(33);
        assertThat(ArmedGuest.get(second)).isEqualTo(77);
    }

    @Test
    void faultsOfBothRegionsAreServedAtOnce() throws Exception {
        link.room.countDown();
        serve();
        List<CompletableFuture<Long>> threads = new ArrayList<>();
        for (int page = 0; page < TOUCHED; page++) {
            threads.add(guest.touch(0, page));
            threads.add(guest.touch(1, page));
        }
        assertThat(asked(2 * TOUCHED)).doesNotHaveDuplicates();
        for (int page = 0; page < TOUCHED; page++) {
            guest.makeCurrent(0, page, page);
            guest.makeCurrent(1, page, 100 + page);
        }
        for (int i = 0; i < threads.size(); i++) {
            assertThat(ArmedGuest.get(threads.get(i))).isEqualTo(i / 2 + 100 * (i % 2));
        }
    }

    /** What a reader uses is not to be taken from it. */
    @Test
    void theyHaveEndedWhenTheLastOneHas() throws Exception {
        serve();
        CompletableFuture<Long> _ = holdUpTheFirstReader();
        assertThat(readers.end(1)).isFalse();
        assertThat(readers.end(1)).isFalse();
        link.room.countDown();
        assertThat(readers.end(END_NANOS)).isTrue();
    }

    @Test
    void regionsThatShareAUserfaultfdShareItsReader() {
        Uffd first = guest.guest.uffd(guest.guest.regions().get(0));
        Uffd second = guest.guest.uffd(guest.guest.regions().get(1));
        FaultShards shards = new FaultShards(List.of(first, second, first));
        assertThat(shards.all()).extracting(FaultShard::uffd).containsExactly(first, second);
        assertThat(shards.of(2)).isSameAs(shards.of(0)).isNotSameAs(shards.of(1));
    }
}
