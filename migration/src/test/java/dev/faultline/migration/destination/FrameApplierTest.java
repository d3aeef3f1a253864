package dev.faultline.migration.destination;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.faultline.migration.TestSwitch;
import dev.faultline.migration.codec.Codec;
import dev.faultline.migration.codec.FixedCodec;
import dev.faultline.migration.codec.PageEncoder;
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
import dev.faultline.uffd.memory.PageSize;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Crafted frames over a real connection, onto a real memory file. */
@Timeout(30)
class FrameApplierTest {
    private static final int PAGES = 256;
    private static final int PAGE = 4096;
    private static final long EARLY = 0;

    private final AtomicInteger allCurrent = new AtomicInteger();
    private TestGuest guest;
    private DestinationMemory memory;
    private HandOver handOver;
    private Pipe pipe;
    private FrameChannel source;
    private FrameChannel near;
    private FrameApplier applier;

    @BeforeEach
    void set() throws IOException {
        guest = new TestGuest((long) PAGES * PAGE, PageSize.SIZE_4K, 1, 0, true);
        memory = new DestinationMemory(guest, Journal.unkept());
        memory.arm();
        handOver = new HandOver(memory, allCurrent::incrementAndGet);
        pipe = new Pipe();
        near = new FrameChannel(new TcpLink(pipe.near));
        source = new FrameChannel(new TcpLink(pipe.far));
        PageMapper mapper = new PageMapper(LocalHost.INSTANCE, FaultShards.of(guest), memory, new FaultStatistics());
        PageWitness witness = new PageWitness(memory, PageWay.PUSH);
        applier = new FrameApplier(
                LocalHost.INSTANCE, near, memory, mapper, handOver, new AtomicLong(), witness, TestSwitch.NONE);
    }

    @AfterEach
    void close() throws IOException {
        pipe.close();
        memory.close();
        guest.close();
    }

    private void pages(int first, int count, long round, int content) throws IOException {
        byte[] bytes = new byte[count * PAGE];
        Arrays.fill(bytes, (byte) content);
        source.write(FrameType.PAGES, 0, 0, count, first, round, ByteBuffer.wrap(bytes));
        applier.apply(near.readHeader());
    }

    private void bare(FrameType type, int first, int count, long round) throws IOException {
        source.write(type, 0, 0, count, first, round, ByteBuffer.allocate(0));
        applier.apply(near.readHeader());
    }

    private byte content(int page) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment bytes = arena.allocate(PAGE);
            guest.file().read((long) page * PAGE, bytes);
            assertThat(bytes.get(JAVA_BYTE, PAGE - 1)).isEqualTo(bytes.get(JAVA_BYTE, 0));
            return bytes.get(JAVA_BYTE, 0);
        }
    }

    private byte state(int page) {
        return memory.states(0).state(page);
    }

    @ParameterizedTest
    @CsvSource({
        "4, 1, 0, 1, 4096",
        "4, 0, -1, 1, 4096",
        "4, 0, 256, 1, 4096",
        "4, 0, 255, 2, 8192",
        "4, 0, 9223372036854775807, 1, 4096",
        "4, 0, 0, 1, 4095",
        "4, 0, 0, 2, 4096",
        "4, 0, 0, 0, 0",
        "4, 0, 0, 65, 266240",
        "4, 0, 63, 2, 8192",
        "4, 0, 0, 1, -1",
        "23, 0, 0, 1, 4096",
        "23, 0, 0, 1, 0",
        "23, 0, 0, 1, -1",
        "23, 0, 63, 2, 3",
        "23, 0, 0, 0, 0",
        "23, 1, 0, 1, 3",
        "23, 0, 0, 1, 3",
        "24, 0, 255, 2, 3",
        "24, 0, 0, 64, 262144",
        "24, 0, 0, 1, 9223372036854775807",
        "24, 0, 0, 1, 3",
        "25, 0, 0, 1, 72",
        "25, 0, 256, 1, 72",
        "5, 0, 9223372036854775807, 2, 0",
        "5, 0, 9223372032559808517, 4294967295, 0",
        "5, 0, 0, 257, 0",
        "5, 0, 0, 1, 4096",
        "5, 65535, 0, 0, 0",
        "13, 0, 250, 7, 0",
        "13, 0, 0, 1, 0",
        "13, 0, 0, 1, 8",
        "12, 0, 0, 1, 0",
        "1, 0, 0, 1, 0"
    })
    void whatIsOutsideTheAgreementIsRefusedAndNothingIsWritten(
            byte code, int region, long first, long count, long length) throws IOException {
        ByteBuffer header = ByteBuffer.allocate(32).order(java.nio.ByteOrder.LITTLE_ENDIAN);
        header.put(code).put((byte) 0).putShort((short) region).putInt((int) count);
        header.putLong(first).putLong(Frame.FINAL).putLong(length).flip();
        pipe.far.write(header);
        pipe.far.write(ByteBuffer.wrap(new byte[] {1, 2, 3}));
        assertThatThrownBy(() -> applier.apply(near.readHeader()))
                .isInstanceOf(ProtocolException.class)
                .hasMessageStartingWith("the source ");
        assertThat(guest.file().allocatedBytes()).isZero();
        assertThat(memory.notCurrent()).isEqualTo(PAGES);
    }

    private static byte[] shortened(Codec codec, byte[] content) {
        ByteBuffer plain =
                ByteBuffer.allocateDirect(content.length).put(content).flip();
        try (PageEncoder encoder = new PageEncoder(LocalHost.INSTANCE, new FixedCodec(Optional.of(codec)))) {
            ByteBuffer compressed = encoder.encode(plain, false);
            assertThat(encoder.type()).isEqualTo(codec.frameType());
            byte[] bytes = new byte[compressed.remaining()];
            compressed.get(bytes);
            return bytes;
        }
    }

    private static byte[] repeated(int pages, int content) {
        byte[] bytes = new byte[pages * PAGE];
        Arrays.fill(bytes, (byte) content);
        return bytes;
    }

    @ParameterizedTest
    @EnumSource(Codec.class)
    void compressedPagesAreReceivedLikeOthersAndThoseNotWantedAreDropped(Codec codec) throws IOException {
        byte[] content = shortened(codec, repeated(4, 7));
        pages(5, 1, Frame.FINAL, 1);
        source.write(codec.frameType(), 0, 0, 4, 4, Frame.FINAL, ByteBuffer.wrap(content));
        applier.apply(near.readHeader());
        assertThat(new byte[] {content(4), content(5), content(6), content(7)}).containsExactly(7, 1, 7, 7);
        assertThat(state(7)).isEqualTo(PageStates.CURRENT);
        pages(9, 1, Frame.FINAL, 3); // what follows is read where it begins
        assertThat(content(9)).isEqualTo((byte) 3);
    }

    /** Longer, shorter, and damaged in any of its bytes: refused, or content of the right length; never anything else. */
    @ParameterizedTest
    @EnumSource(Codec.class)
    void whatIsNotJustThePagesCompressedMakesNoPageReceived(Codec codec) throws IOException {
        byte[] tooMany = shortened(codec, repeated(3, 7));
        byte[] tooFew = shortened(codec, repeated(1, 7));
        byte[] cut = Arrays.copyOf(shortened(codec, repeated(2, 7)), tooFew.length / 2);
        for (byte[] wrong : List.of(tooMany, tooFew, cut)) {
            source.write(codec.frameType(), 0, 0, 2, 4, Frame.FINAL, ByteBuffer.wrap(wrong));
            assertThatThrownBy(() -> applier.apply(near.readHeader()))
                    .isInstanceOf(ProtocolException.class)
                    .hasMessageContaining("not 8192 bytes compressed by " + codec);
        }
        assertThat(guest.file().allocatedBytes()).isZero();
        assertThat(memory.notCurrent()).isEqualTo(PAGES);
        byte[] sound = shortened(codec, repeated(2, 7));
        int refused = 0;
        for (int at = 0; at < sound.length; at++) {
            byte[] damaged = sound.clone();
            damaged[at] ^= (byte) 0xff;
            source.write(codec.frameType(), 0, 0, 2, 4, EARLY, ByteBuffer.wrap(damaged));
            try {
                applier.apply(near.readHeader());
            } catch (ProtocolException e) {
                refused++;
            }
        }
        assertThat(refused).isPositive();
        for (int page = 0; page < PAGES; page++) {
            assertThat(state(page))
                    .isIn(PageStates.ABSENT, page == 4 || page == 5 ? PageStates.RECEIVED : PageStates.ABSENT);
        }
    }

    @Test
    void anUnknownTypeIsRefused() throws IOException {
        pipe.far.write(ByteBuffer.allocate(32).put(0, (byte) 31));
        assertThatThrownBy(() -> applier.apply(near.readHeader()))
                .isInstanceOf(ProtocolException.class)
                .hasMessageContaining("unknown type 31");
    }

    @Test
    void precopyFramesAreReceivedAndReplacedByLaterOnes() throws IOException {
        pages(3, 2, EARLY, 1);
        pages(4, 1, 1, 2);
        assertThat(new byte[] {content(3), content(4)}).containsExactly(1, 2);
        assertThat(state(4)).isEqualTo(PageStates.RECEIVED);
        assertThat(allCurrent).hasValue(0);
    }

    @Test
    void aPrecopyFrameThatComesAfterTheHandOverBeganIsDropped() throws IOException {
        pages(3, 1, EARLY, 1);
        handOver.begin();
        pages(3, 2, 1, 2);
        bare(FrameType.ZEROS, 3, 1, 1);
        assertThat(content(3)).isEqualTo((byte) 1);
        assertThat(state(4)).isEqualTo(PageStates.ABSENT);
        pages(5, 1, Frame.FINAL, 3); // what follows is read where it begins
        assertThat(content(5)).isEqualTo((byte) 3);
    }

    @Test
    void aSecondFinalFrameLeavesWhatTheGuestHasWrittenSince() throws IOException {
        pages(3, 1, Frame.FINAL, 1);
        memory.alias(0).segment().asSlice(3L * PAGE, PAGE).fill((byte) 9); // as the guest's own store would
        pages(2, 3, Frame.FINAL, 2);
        bare(FrameType.ZEROS, 3, 1, Frame.FINAL);
        assertThat(new byte[] {content(2), content(3), content(4)}).containsExactly(2, 9, 2);
    }

    @Test
    void aZeroFrameOverReceivedContentGivesTheMemoryBack() throws IOException {
        pages(3, 1, EARLY, 1);
        assertThat(guest.file().allocatedBytes()).isEqualTo(PAGE);
        bare(FrameType.ZEROS, 0, PAGES, Frame.FINAL);
        assertThat(guest.file().allocatedBytes()).isZero();
        assertThat(state(3)).isEqualTo(PageStates.CURRENT_ZERO);
        assertThat(allCurrent).hasValue(1);
    }

    @Test
    void aZeroFrameMakesNoPage() throws IOException {
        bare(FrameType.ZEROS, 0, PAGES, EARLY);
        assertThat(guest.file().allocatedBytes()).isZero();
        assertThat(state(0)).isEqualTo(PageStates.RECEIVED_ZERO);
    }

    @Test
    void aFrameThatBreaksOffLeavesNothingToTrust() throws IOException {
        ByteBuffer header = ByteBuffer.allocate(32).order(java.nio.ByteOrder.LITTLE_ENDIAN);
        header.put(0, (byte) 4).putInt(4, 2).putLong(8, 3).putLong(16, EARLY).putLong(24, 2 * PAGE);
        pipe.far.write(header);
        pipe.far.write(ByteBuffer.allocate(PAGE + 10));
        pipe.far.close();
        assertThatThrownBy(() -> applier.apply(near.readHeader())).hasMessage("the peer has closed the connection");
        assertThat(state(3)).isEqualTo(PageStates.STALE);
        assertThat(state(4)).isEqualTo(PageStates.STALE);
        assertThat(memory.states(0).learnClean(3)).isFalse();
    }

    @Test
    void onlyWholeCopiesAreConfirmed() throws IOException {
        pages(3, 1, EARLY, 1);
        bare(FrameType.ZEROS, 4, 1, EARLY);
        bare(FrameType.CURRENT, 3, 2, Frame.FINAL);
        assertThat(state(3)).isEqualTo(PageStates.CURRENT);
        assertThat(state(4)).isEqualTo(PageStates.CURRENT_ZERO);
        assertThatThrownBy(() -> bare(FrameType.CURRENT, 4, 2, Frame.FINAL))
                .isInstanceOf(ProtocolException.class)
                .hasMessage("the source calls page 5 of region 0 current, of which the destination has no whole copy");
    }

    @Test
    void aFinalFrameWaitsForThePrecopyWriterOfItsPage() throws Exception {
        memory.states(0).claim(3, false);
        byte[] bytes = new byte[PAGE];
        Arrays.fill(bytes, (byte) 7);
        source.write(FrameType.PAGES, 0, 0, 1, 3, Frame.FINAL, ByteBuffer.wrap(bytes));
        AtomicInteger failed = new AtomicInteger();
        Thread thread = Thread.ofPlatform().start(() -> {
            try {
                applier.apply(near.readHeader());
            } catch (IOException e) {
                failed.incrementAndGet();
            }
        });
        assertThat(thread.join(java.time.Duration.ofMillis(100))).isFalse();
        assertThat(content(3)).isZero();
        memory.states(0).finish(3, false, true);
        thread.join();
        assertThat(failed).hasValue(0);
        assertThat(content(3)).isEqualTo((byte) 7);
        assertThat(state(3)).isEqualTo(PageStates.CURRENT);
    }
}
