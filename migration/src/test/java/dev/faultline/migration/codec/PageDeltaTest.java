package dev.faultline.migration.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.faultline.migration.host.BytesLink;
import dev.faultline.migration.wire.FrameChannel;
import dev.faultline.migration.wire.ProtocolException;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

class PageDeltaTest {
    private static final int PAGE = 2 << 20;
    private static final int BLOCK = PageDelta.BLOCK_BYTES;
    private static final int HEAD = 8 + PAGE / BLOCK / 8;

    private static ByteBuffer page(int seed) {
        byte[] bytes = new byte[PAGE];
        new Random(seed).nextBytes(bytes);
        return ByteBuffer.allocateDirect(PAGE).put(bytes).flip();
    }

    private static byte[] delta(long base, ByteBuffer page, int... blocks) {
        long[] changed = new long[PAGE / BLOCK / Long.SIZE];
        for (int block : blocks) {
            changed[block / Long.SIZE] |= 1L << block;
        }
        ByteBuffer payload = new PageDelta().encode(base, changed, page, PAGE);
        byte[] bytes = new byte[payload.remaining()];
        payload.get(bytes);
        return bytes;
    }

    private static PageDelta read(byte[] payload, long announcedBytes) throws IOException {
        PageDelta delta = new PageDelta();
        delta.read(new FrameChannel(new BytesLink(payload)), announcedBytes, PAGE);
        return delta;
    }

    @Test
    void onlyTheChangedBlocksAreWritten() throws IOException {
        ByteBuffer before = page(1);
        ByteBuffer after = page(2);
        byte[] payload = delta(7, after, 0, 63, 64, 200, 511);
        assertThat(payload).hasSize(HEAD + 5 * BLOCK);
        PageDelta delta = read(payload, payload.length);
        assertThat(delta.base()).isEqualTo(7);
        ByteBuffer memory = ByteBuffer.allocateDirect(3 * PAGE);
        memory.put(PAGE, before, 0, PAGE);
        delta.applyTo(memory.limit(2 * PAGE).position(PAGE));
        for (int block = 0; block < PAGE / BLOCK; block++) {
            ByteBuffer from = block == 0 || block == 63 || block == 64 || block == 200 || block == 511 ? after : before;
            assertThat(memory.slice(PAGE + block * BLOCK, BLOCK))
                    .as("block %d", block)
                    .isEqualTo(from.slice(block * BLOCK, BLOCK));
        }
        assertThat(memory.get(PAGE - 1)).isZero();
    }

    @Test
    void aPageOfWhichNothingHasChangedIsItsHead() throws IOException {
        byte[] payload = delta(3, page(1));
        assertThat(payload).hasSize(HEAD);
        ByteBuffer memory = page(4);
        read(payload, payload.length).applyTo(memory);
        assertThat(memory).isEqualTo(page(4));
    }

    @Test
    void whatIsNoDeltaIsRefusedBeforeItIsRead() {
        byte[] sound = delta(3, page(1), 5, 6);
        byte[] all = delta(3, page(1), java.util.stream.IntStream.range(0, 512).toArray());
        byte[] negative = delta(-1, page(1), 5, 6);
        assertRefused(sound, sound.length - 1, "with 2 blocks over round 3");
        assertRefused(sound, sound.length + BLOCK, "with 2 blocks over round 3");
        assertRefused(negative, negative.length, "with 2 blocks over round -1");
        assertRefused(sound, HEAD - 1, "a delta of 71 bytes");
        assertRefused(sound, -1, "a delta of -1 bytes");
        assertRefused(all, all.length + 1, "a delta of " + (all.length + 1) + " bytes");
        assertRefused(all, Long.MAX_VALUE, "a delta of " + Long.MAX_VALUE + " bytes");
        assertThatThrownBy(() -> read(Arrays.copyOf(sound, sound.length - 1), sound.length))
                .isInstanceOf(EOFException.class);
    }

    private static void assertRefused(byte[] payload, long announcedBytes, String why) {
        assertThatThrownBy(() -> read(payload, announcedBytes))
                .isInstanceOf(ProtocolException.class)
                .hasMessageContaining(why);
    }

    @Test
    void pagesOfOneGigabyteAndOfOneBlockHaveNone() {
        assertThat(PageDelta.fits(4096)).isFalse();
        assertThat(PageDelta.fits(2 << 20)).isTrue();
        assertThat(PageDelta.fits(1 << 30)).isFalse();
    }
}
