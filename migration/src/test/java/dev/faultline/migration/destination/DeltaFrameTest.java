package dev.faultline.migration.destination;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.faultline.migration.TestSwitch;
import dev.faultline.migration.codec.PageDelta;
import dev.faultline.migration.engine.TestGuest;
import dev.faultline.migration.host.LocalHost;
import dev.faultline.migration.host.TcpLink;
import dev.faultline.migration.journal.Journal;
import dev.faultline.migration.page.PageStates;
import dev.faultline.migration.page.PageWay;
import dev.faultline.migration.wire.Frame;
import dev.faultline.migration.wire.FrameChannel;
import dev.faultline.migration.wire.FrameType;
import dev.faultline.migration.wire.Pipe;
import dev.faultline.migration.wire.ProtocolException;
import dev.faultline.testing.RequiresHugePages;
import dev.faultline.uffd.memory.PageSize;
import java.io.EOFException;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Deltas over a real connection, onto real huge pages. Block 100 of a page is the one that changes. */
@Timeout(30)
@RequiresHugePages(4)
class DeltaFrameTest {
    private static final int PAGES = 4;
    private static final int PAGE = 2 << 20;
    private static final int BLOCK = 4096;
    private static final int CHANGED = 100;

    private TestGuest guest;
    private DestinationMemory memory;
    private Pipe pipe;
    private FrameChannel source;
    private FrameChannel near;
    private FrameApplier applier;

    @BeforeEach
    void set() throws IOException {
        guest = new TestGuest((long) PAGES * PAGE, PageSize.SIZE_2M, 1, 0, true);
        memory = new DestinationMemory(guest, Journal.unkept());
        memory.arm();
        pipe = new Pipe();
        near = new FrameChannel(new TcpLink(pipe.near));
        source = new FrameChannel(new TcpLink(pipe.far));
        applier = newApplier(near);
    }

    private FrameApplier newApplier(FrameChannel channel) {
        return new FrameApplier(
                LocalHost.INSTANCE,
                channel,
                memory,
                new PageMapper(LocalHost.INSTANCE, FaultShards.of(guest), memory, new FaultStatistics()),
                new HandOver(memory, () -> {}),
                new AtomicLong(),
                new PageWitness(memory, PageWay.PUSH),
                TestSwitch.NONE);
    }

    @AfterEach
    void close() throws IOException {
        applier.close();
        pipe.close();
        memory.close();
        guest.close();
    }

    private void send(FrameType type, int page, long round, ByteBuffer payload) throws IOException {
        Thread writer = Thread.ofPlatform().start(() -> {
            try {
                source.write(type, 0, 0, 1, page, round, payload);
            } catch (IOException e) {
                throw new IllegalStateException(e);
            }
        });
        try {
            applier.apply(near.readHeader());
        } finally {
            try {
                writer.join();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private void whole(int page, long round, int content) throws IOException {
        byte[] bytes = new byte[PAGE];
        Arrays.fill(bytes, (byte) content);
        send(FrameType.PAGES, page, round, ByteBuffer.wrap(bytes));
    }

    private static ByteBuffer payload(long base, int content) {
        ByteBuffer page = ByteBuffer.allocateDirect(PAGE);
        while (page.hasRemaining()) {
            page.put((byte) content);
        }
        long[] changed = new long[PAGE / BLOCK / Long.SIZE];
        changed[CHANGED / Long.SIZE] |= 1L << CHANGED;
        return new PageDelta().encode(base, changed, page, PAGE);
    }

    private void delta(int page, long round, long base, int content) throws IOException {
        send(FrameType.PAGE_DELTA, page, round, payload(base, content));
    }

    /** A page all of one content, but for one block of another. */
    private void assertContent(int page, int content, int changed) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment found = arena.allocate(PAGE);
            guest.file().read((long) page * PAGE, found);
            MemorySegment wanted = arena.allocate(PAGE).fill((byte) content);
            wanted.asSlice((long) CHANGED * BLOCK, BLOCK).fill((byte) changed);
            assertThat(found.mismatch(wanted)).isEqualTo(-1);
        }
    }

    private byte state(int page) {
        return memory.states(0).state(page);
    }

    @Test
    void eachDeltaIsWrittenOverTheRoundThatItNames() throws IOException {
        whole(1, 0, 5);
        delta(1, 1, 0, 6);
        assertContent(1, 5, 6);
        assertThat(state(1)).isEqualTo(PageStates.RECEIVED);
        delta(1, 4, 1, 7);
        delta(1, Frame.FINAL, 4, 8);
        assertContent(1, 5, 8);
        assertThat(state(1)).isEqualTo(PageStates.CURRENT);
    }

    @Test
    void aPageThatTheMapCalledDirtyStillHasItsBase() throws IOException {
        whole(1, 0, 5);
        memory.states(0).learnDirty(1);
        delta(1, Frame.FINAL, 0, 6);
        assertContent(1, 5, 6);
        assertThat(state(1)).isEqualTo(PageStates.CURRENT);
    }

    /** Also where the file held something before, which was punched out. */
    @Test
    void aDeltaOverZerosMakesThePage() throws IOException {
        send(FrameType.ZEROS, 1, 0, ByteBuffer.allocate(0));
        whole(2, 0, 9);
        send(FrameType.ZEROS, 2, 1, ByteBuffer.allocate(0));
        assertThat(guest.file().allocatedBytes()).isZero();
        delta(1, 1, 0, 6);
        delta(2, Frame.FINAL, 1, 7);
        assertContent(1, 0, 6);
        assertContent(2, 0, 7);
        assertThat(state(1)).isEqualTo(PageStates.RECEIVED);
        assertThat(state(2)).isEqualTo(PageStates.CURRENT);
    }

    @Test
    void aDeltaOnAnotherBaseIsRefusedAndNothingIsWritten() throws IOException {
        whole(1, 3, 5);
        assertThatThrownBy(() -> delta(1, 5, 4, 6))
                .isInstanceOf(ProtocolException.class)
                .hasMessage("the source sent what has changed in page 1 of region 0 since round 4,"
                        + " and the destination has it of round 3");
        assertThatThrownBy(() -> delta(2, Frame.FINAL, 0, 6))
                .isInstanceOf(ProtocolException.class)
                .hasMessageEndingWith("and the destination has it of no round");
        assertContent(1, 5, 5);
        assertThat(guest.file().allocatedBytes()).isEqualTo(PAGE);
        assertThat(state(1)).isEqualTo(PageStates.STALE);
        assertThatThrownBy(() -> delta(1, Frame.FINAL, 3, 6)).hasMessageEndingWith("of no round");
        whole(1, Frame.FINAL, 7);
        assertContent(1, 7, 7);
        assertThat(state(1)).isEqualTo(PageStates.CURRENT);
    }

    /** It is read before anything of it is written, and so the page is still what it was. */
    @Test
    void aDeltaThatBreaksOffLeavesThePageAsItWas() throws IOException {
        whole(1, 0, 5);
        ByteBuffer torn = payload(0, 6);
        ByteBuffer header = ByteBuffer.allocate(32).order(ByteOrder.LITTLE_ENDIAN);
        header.put(0, (byte) 25).putInt(4, 1).putLong(8, 1).putLong(16, 1).putLong(24, torn.remaining());
        pipe.far.write(header);
        pipe.far.write(torn.limit(torn.limit() - 1));
        pipe.far.close();
        assertThatThrownBy(() -> applier.apply(near.readHeader())).isInstanceOf(EOFException.class);
        assertContent(1, 5, 5);
        assertThat(state(1)).isEqualTo(PageStates.RECEIVED);
    }

    @Test
    void aWholePageThatBreaksOffIsNoBase() throws IOException {
        whole(1, 0, 5);
        ByteBuffer header = ByteBuffer.allocate(32).order(ByteOrder.LITTLE_ENDIAN);
        header.put(0, (byte) 4).putInt(4, 1).putLong(8, 1).putLong(16, 1).putLong(24, PAGE);
        pipe.far.write(header);
        pipe.far.write(ByteBuffer.allocate(BLOCK));
        pipe.far.close();
        assertThatThrownBy(() -> applier.apply(near.readHeader())).isInstanceOf(EOFException.class);
        try (Pipe again = new Pipe();
                FrameApplier next = newApplier(new FrameChannel(new TcpLink(again.near)))) {
            FrameChannel from = new FrameChannel(new TcpLink(again.far));
            from.write(FrameType.PAGE_DELTA, 0, 0, 1, 1, Frame.FINAL, payload(0, 6));
            FrameChannel to = new FrameChannel(new TcpLink(again.near));
            assertThatThrownBy(() -> next.apply(to.readHeader()))
                    .isInstanceOf(ProtocolException.class)
                    .hasMessageEndingWith("since round 0, and the destination has it of no round");
        }
        assertThat(state(1)).isEqualTo(PageStates.STALE);
    }

    @Test
    void aDeltaOfAPageThatTheGuestHasIsDropped() throws IOException {
        whole(1, 0, 5);
        whole(1, Frame.FINAL, 7);
        delta(1, Frame.FINAL, 0, 6);
        assertContent(1, 7, 7);
        delta(1, 3, 2, 6);
        whole(2, Frame.FINAL, 3); // what follows is read where it begins
        assertContent(1, 7, 7);
        assertContent(2, 3, 3);
    }

    @Test
    void aDeltaOfSeveralPagesIsRefused() {
        ByteBuffer payload = payload(0, 6);
        assertThatThrownBy(() -> {
                    source.write(FrameType.PAGE_DELTA, 0, 0, 2, 1, 0, payload);
                    applier.apply(near.readHeader());
                })
                .isInstanceOf(ProtocolException.class)
                .hasMessage("the source sent a delta of 2 pages of region 0 from 1 on");
    }
}
