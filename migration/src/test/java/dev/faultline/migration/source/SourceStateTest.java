package dev.faultline.migration.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.faultline.migration.TestSwitch;
import dev.faultline.migration.engine.TestGuest;
import dev.faultline.migration.host.LocalHost;
import dev.faultline.migration.host.TcpLink;
import dev.faultline.migration.page.HeldBytes;
import dev.faultline.migration.wire.FrameChannel;
import dev.faultline.migration.wire.Pipe;
import dev.faultline.testing.KernelFeature;
import dev.faultline.testing.RequiresUffd;
import dev.faultline.uffd.memory.PageSize;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What the source remembers of each page: of guests of two sizes, so that what does not grow does not count. */
@Timeout(60)
@RequiresUffd(KernelFeature.WP_ASYNC)
class SourceStateTest {
    private static final int FEW_PAGES = 4 << 10;
    private static final int MANY_PAGES = 20 << 10;
    private static final double MOST_BYTES_PER_PAGE = 2;
    private static final double BIT = 1.0 / Byte.SIZE;
    private static final double CHUNK_STATE = (double) Integer.BYTES / LastScan.CHUNK_PAGES;

    private record Held(long inRound, long inPush, long reported) {}

    @Test
    void eachPageTakesAFewBits() throws Exception {
        Held few = held(FEW_PAGES);
        Held many = held(MANY_PAGES);
        double pages = MANY_PAGES - FEW_PAGES;
        double inRound = (many.inRound - few.inRound) / pages;
        double inPush = (many.inPush - few.inPush) / pages;
        assertThat(inRound).as("dirty, and two of how often").isCloseTo(3 * BIT, within(0.001));
        assertThat(inPush)
                .as("dirty, to be pushed, and three of how hot")
                .isCloseTo(5 * BIT + CHUNK_STATE, within(0.001));
        assertThat((many.reported - few.reported) / pages).isCloseTo(inPush, within(0.001));
        assertThat(Math.max(inRound, inPush)).isLessThanOrEqualTo(MOST_BYTES_PER_PAGE);
    }

    private static Held held(int pages) throws Exception {
        LocalHost host = LocalHost.INSTANCE;
        try (TestGuest guest = new TestGuest(pages * 4096L, PageSize.SIZE_4K, 1, 0, false);
                SourceMemory memory = new SourceMemory(guest);
                Pipe pipe = new Pipe()) {
            SourceCounters counters = new SourceCounters();
            FinalMap map = new FinalMap(host);
            WriteTracker tracker = new WriteTracker(host, guest);
            Gate gate = new Gate(host, new Pace(0));
            List<FrameChannel> channels = List.of(new FrameChannel(new TcpLink(pipe.near)));
            PageSenders senders = new PageSenders(host, channels, memory, counters, gate, gate);
            RoundSender rounds = new RoundSender(host, memory, tracker, senders, counters, gate, TestSwitch.NONE);
            tracker.start();
            rounds.sendRound(0);
            long inRound = HeldBytes.of(rounds, map);
            rounds.closeRounds();
            map.open(rounds.lastScan());
            map.push(rounds.pushOrder(map.await().all()));
            long inPush = HeldBytes.of(rounds, map);
            tracker.stop();
            return new Held(inRound, inPush, map.stateBytes());
        }
    }
}
