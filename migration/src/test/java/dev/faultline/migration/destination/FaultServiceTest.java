package dev.faultline.migration.destination;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faultline.migration.TestSwitch;
import dev.faultline.migration.host.LocalHost;
import dev.faultline.migration.host.TcpLink;
import dev.faultline.migration.page.PageStates;
import dev.faultline.migration.page.PageWay;
import dev.faultline.migration.page.WaitingFaults;
import dev.faultline.migration.wire.Frame;
import dev.faultline.migration.wire.FrameChannel;
import dev.faultline.migration.wire.FrameHeader;
import dev.faultline.migration.wire.FrameType;
import dev.faultline.migration.wire.Pipe;
import dev.faultline.testing.RequiresUffd;
import dev.faultline.uffd.UffdWaiter;
import dev.faultline.uffd.memory.PageSize;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The service on real faults, with the test in the source's place. */
@Timeout(30)
@RequiresUffd
class FaultServiceTest {
    private static final int PAGES = 128;
    private static final int PAGE = 4096;
    private static final int SENTINEL = PAGES - 1;
    private static final long LONG_AGO_NANOS = TimeUnit.SECONDS.toNanos(31);

    private UffdWaiter waiter;
    private final CompletableFuture<String> end = new CompletableFuture<>();
    private ArmedGuest guest;
    private Pipe pipe;
    private FrameChannel source;
    private FrameChannel near;
    private FrameApplier applier;
    private FaultRequests requests;

    @BeforeEach
    void set() throws IOException {
        guest = new ArmedGuest(PAGES, PageSize.SIZE_4K);
        waiter = guest.uffd().newWaiter();
        pipe = new Pipe();
        near = new FrameChannel(new TcpLink(pipe.near));
        source = new FrameChannel(new TcpLink(pipe.far));
        requests = new FaultRequests(guest.memory, guest.shards);
        requests.connect(near);
        HandOver handOver = new HandOver(guest.memory, () -> {});
        applier = new FrameApplier(
                LocalHost.INSTANCE,
                near,
                guest.memory,
                guest.mapper,
                handOver,
                new AtomicLong(),
                new PageWitness(guest.memory, PageWay.PUSH),
                TestSwitch.NONE);
    }

    private void serve() {
        FaultService service = new FaultService(
                LocalHost.INSTANCE,
                guest.shards,
                guest.shards.of(0),
                guest.memory,
                guest.mapper,
                guest.statistics,
                requests,
                waiter,
                new FaultSpin(50_000));
        Thread.ofPlatform().daemon().name("faults").start(() -> {
            try {
                service.run();
                end.complete("");
            } catch (Throwable t) {
                end.complete(t.toString());
            }
        });
    }

    @AfterEach
    void close() throws Exception {
        waiter.end();
        end.get(10, TimeUnit.SECONDS);
        pipe.close();
        guest.close();
        waiter.close();
    }

    /** {@return the pages that the source was asked for before the sentinel, which is asked for last} */
    private List<Long> asked() throws IOException {
        CompletableFuture<Long> _ = guest.touch(SENTINEL);
        List<Long> pages = new ArrayList<>();
        while (true) {
            FrameHeader header = source.readHeader();
            assertThat(header.type()).isEqualTo(FrameType.FAULT);
            if (header.page() == SENTINEL) {
                return pages;
            }
            pages.add(header.page());
        }
    }

    private void answer(FrameType type, int page, ByteBuffer payload) throws IOException {
        source.write(type, 0, 0, 1, page, Frame.FINAL, payload);
        applier.apply(near.readHeader());
    }

    private void answerPage(int page, long content) throws IOException {
        answer(
                FrameType.PAGES,
                page,
                ByteBuffer.allocate(PAGE).order(ByteOrder.nativeOrder()).putLong(0, content));
    }

    @Test
    void aReceivedPageIsAskedForOnceHoweverManyThreadsWait() throws Exception {
        guest.receive(3, 33);
        List<CompletableFuture<Long>> threads = List.of(guest.touch(3), guest.touch(3), guest.touch(3));
        guest.awaitFaults(3);
        serve();
        assertThat(asked()).containsExactly(3L);
        assertThat(threads).noneMatch(CompletableFuture::isDone);
        answer(FrameType.CURRENT, 3, ByteBuffer.allocate(0));
        for (CompletableFuture<Long> thread : threads) {
            assertThat(ArmedGuest.get(thread)).isEqualTo(33);
        }
        assertThat(guest.statistics.summary(FaultKind.CONFIRMED).count()).isOne();
        assertThat(guest.waiting.contains(WaitingFaults.key(0, 3))).isFalse();
    }

    @Test
    void anAbsentPageIsFetched() throws Exception {
        serve();
        CompletableFuture<Long> thread = guest.touch(4);
        guest.awaitFaults(1);
        assertThat(asked()).containsExactly(4L);
        answerPage(4, 44);
        assertThat(ArmedGuest.get(thread)).isEqualTo(44);
        assertThat(guest.statistics.summary(FaultKind.FETCHED).count()).isOne();
    }

    @Test
    void aCurrentPageIsMappedWithoutAskingAnybody() throws Exception {
        guest.makeCurrent(5, 55);
        guest.makeCurrentZero(6);
        serve();
        assertThat(ArmedGuest.get(guest.touch(5))).isEqualTo(55);
        assertThat(ArmedGuest.get(guest.touch(6))).isZero();
        assertThat(asked()).isEmpty();
    }

    @Test
    void whoeverIsWritingTheFinalContentAnswersTheFault() throws Exception {
        guest.memory.states(0).claim(7, true);
        CompletableFuture<Long> thread = guest.touch(7);
        guest.awaitFaults(1);
        serve();
        assertThat(asked()).isEmpty();
        assertThat(thread).isNotDone();
        guest.fill(7, 77);
        guest.memory.states(0).finish(7, true, false);
        guest.mapper.answer(0, 7, FaultKind.FETCHED);
        assertThat(ArmedGuest.get(thread)).isEqualTo(77);
    }

    /** Its writer answers nobody: what it writes may be stale. */
    @Test
    void aPageThatAPrecopyFrameIsBeingWrittenToIsAskedForAndNotMappedWhenThatEnds() throws Exception {
        guest.memory.states(0).claim(8, false);
        CompletableFuture<Long> thread = guest.touch(8);
        guest.awaitFaults(1);
        serve();
        assertThat(asked()).containsExactly(8L);
        guest.fill(8, 1);
        guest.memory.states(0).finish(8, false, false);
        Thread.sleep(100); // some sweeps
        assertThat(thread).isNotDone();
        answerPage(8, 88);
        assertThat(ArmedGuest.get(thread)).isEqualTo(88);
    }

    @Test
    void aPageWhoseAnswerWasMissedIsAnsweredByTheSweep() throws Exception {
        CompletableFuture<Long> thread = guest.touch(9);
        guest.awaitFaults(1);
        serve();
        assertThat(asked()).containsExactly(9L);
        guest.makeCurrent(9, 99); // and nobody tells the mapper
        assertThat(ArmedGuest.get(thread)).isEqualTo(99);
        while (guest.waiting.contains(WaitingFaults.key(0, 9))) {
            Thread.sleep(1);
        }
        assertThat(guest.memory.states(0).state(9)).isEqualTo(PageStates.MAPPED);
    }

    @Test
    void whatIsWaitedForIsAskedForOnceMoreOverANewConnection() throws Exception {
        serve();
        CompletableFuture<Long> thread = guest.touch(11);
        guest.awaitFaults(1);
        assertThat(asked()).containsExactly(11L);
        requests.disconnect();
        CompletableFuture<Long> later = guest.touch(12);
        guest.makeCurrent(13, 133);
        assertThat(ArmedGuest.get(guest.touch(13))).isEqualTo(133); // what is here is served also without a source
        pipe.close();
        pipe = new Pipe();
        near = new FrameChannel(new TcpLink(pipe.near));
        source = new FrameChannel(new TcpLink(pipe.far));
        requests.connect(near);
        List<Long> again = new ArrayList<>();
        while (again.size() < 3) {
            again.add(source.readHeader().page());
        }
        assertThat(again).containsExactlyInAnyOrder(11L, 12L, (long) SENTINEL);
        assertThat(thread).isNotDone();
        guest.makeCurrent(11, 111);
        guest.makeCurrent(12, 122);
        assertThat(ArmedGuest.get(thread)).isEqualTo(111);
        assertThat(ArmedGuest.get(later)).isEqualTo(122);
    }

    @Test
    void aPageThatDoesNotComeEndsTheService() throws Exception {
        guest.waiting.add(WaitingFaults.key(0, 10), System.nanoTime() - LONG_AGO_NANOS);
        serve();
        assertThat(end.get(10, TimeUnit.SECONDS)).contains("a page that the guest waits for has not come for 30 s");
    }

    @Test
    void aPageThatHasNotWaitedForLongIsNoFailure() throws Exception {
        guest.waiting.add(WaitingFaults.key(0, 10), System.nanoTime() - LONG_AGO_NANOS / 2);
        serve();
        assertThat(asked()).isEmpty();
        Thread.sleep(100); // some sweeps
        assertThat(end).isNotDone();
    }
}
