package dev.faultline.migration.source;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faultline.migration.codec.PageDelta;
import dev.faultline.migration.guest.GuestRegion;
import dev.faultline.migration.host.LocalHost;
import dev.faultline.migration.page.PageBits;
import dev.faultline.migration.wire.Frame;
import dev.faultline.testing.RequiresHugePages;
import dev.faultline.uffd.memory.Memfd;
import dev.faultline.uffd.memory.PageSize;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** When a page goes as a delta. Pages are told of as sent, and nothing is. */
@RequiresHugePages(2)
class DeltaMakerTest {
    private static final int PAGE = 2 << 20;
    private static final int BLOCK = PageDelta.BLOCK_BYTES;
    private static final int BLOCKS = PAGE / BLOCK;
    private static final int HEAD = 72;

    private final SourceCounters counters = new SourceCounters();
    private final SendLedger ledger = new SendLedger(LocalHost.INSTANCE);
    private final ByteBuffer page = ByteBuffer.allocateDirect(PAGE);
    private Memfd file;
    private SentBlocks sent;
    private DeltaMaker deltas;

    @BeforeEach
    void set() {
        file = Memfd.create("deltas", 2L * PAGE, PageSize.SIZE_2M);
        List<GuestRegion> regions = List.of(new GuestRegion(0, "ram", 0, file));
        sent = new SentBlocks(regions, List.of(ledger), new Stripes(1, new int[] {1}), counters);
        sent.begin(42, false);
        deltas = new DeltaMaker(sent, counters);
        byte[] content = new byte[PAGE];
        new Random(1).nextBytes(content);
        page.put(content).flip();
    }

    @AfterEach
    void close() {
        sent.close();
        file.close();
    }

    private void change(int... blocks) {
        for (int block : blocks) {
            page.put(block * BLOCK + 77, (byte) ~page.get(block * BLOCK + 77));
        }
    }

    private @Nullable ByteBuffer make(long round) {
        return deltas.make(0, 1, page, round);
    }

    /** Sends the page, whole or not. */
    private long send(long round) throws IOException {
        make(round);
        long frame = ledger.sending(0, 1, 1);
        deltas.sent(0, 1, round, frame);
        return frame;
    }

    private void assertDelta(long round, long base, int... blocks) {
        ByteBuffer payload = Objects.requireNonNull(make(round));
        assertThat(payload.remaining()).isEqualTo(HEAD + blocks.length * BLOCK);
        assertThat(payload.getLong(0)).isEqualTo(base);
        for (int i = 0; i < blocks.length; i++) {
            assertThat(payload.get(8 + blocks[i] / 8) >> blocks[i] % 8 & 1).isOne();
            assertThat(payload.slice(HEAD + i * BLOCK, BLOCK)).isEqualTo(page.slice(blocks[i] * BLOCK, BLOCK));
        }
    }

    @Test
    void onlyWhatTheDestinationHasAcknowledgedIsABase() throws IOException {
        assertThat(make(0)).isNull();
        long frame = send(0);
        change(3, 500);
        assertThat(make(1)).isNull();
        ledger.applied(frame);
        assertDelta(1, 0, 3, 500);
        long again = send(1);
        change(4);
        assertThat(make(2)).isNull();
        ledger.applied(again);
        assertDelta(2, 1, 4);
        assertDelta(Frame.FINAL, 1, 4);
    }

    /** The destination drops what comes after PREPARE, and acknowledges that too. */
    @Test
    void whatIsAcknowledgedAfterTheRoundsWereClosedIsNoBase() throws IOException {
        ledger.applied(send(0));
        change(3);
        long late = send(1);
        ledger.addUnacknowledged(List.of(new PageBits(2)));
        ledger.applied(late);
        assertThat(make(Frame.FINAL)).isNull();
    }

    @Test
    void whatWasSentFinallyIsNoBaseOfAnything() throws IOException {
        ledger.applied(send(0));
        change(3);
        ledger.applied(send(Frame.FINAL));
        assertDelta(Frame.FINAL, 0, 3);
    }

    @Test
    void aPageThatHasChangedNearlyEverywhereIsSentWhole() throws IOException {
        ledger.applied(send(0));
        for (int block = 0; block < BLOCKS * 3 / 4; block++) {
            change(block);
        }
        assertThat(make(1)).isNotNull();
        change(BLOCKS - 1);
        assertThat(make(1)).isNull();
    }

    @Test
    void aPageThatWasZeroIsABaseOfZeros() throws IOException {
        ledger.applied(send(0));
        assertThat(counters.deltaHashBytes).hasValue(16L * BLOCKS);
        long frame = ledger.sending(0, 0, 2);
        deltas.sentZeros(0, 0, 2, 1, frame); // one that was sent before, and one that was not
        ledger.applied(frame);
        page.put(0, new byte[PAGE]).put(9 * BLOCK, (byte) 1);
        assertDelta(2, 1, 9);
        ByteBuffer first = Objects.requireNonNull(deltas.make(0, 0, page, 2));
        assertThat(first.remaining()).isEqualTo(HEAD + BLOCK);
        assertThat(counters.deltaHashBytes).hasValue(16L * BLOCKS);
    }

    @Test
    void whoWasNotToldToBeginNotesNothing() throws IOException {
        try (SentBlocks silent = new SentBlocks(
                List.of(new GuestRegion(0, "ram", 0, file)),
                List.of(ledger),
                new Stripes(1, new int[] {1}),
                counters)) {
            deltas = new DeltaMaker(silent, counters);
            ledger.applied(send(0));
            assertThat(make(1)).isNull();
            assertThat(counters.deltaHashBytes).hasValue(0);
            assertThat(silent.needsAcknowledgement()).isFalse();
        }
    }
}
