package dev.faultline.migration.codec;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faultline.migration.host.BytesLink;
import dev.faultline.migration.wire.FrameChannel;
import dev.faultline.migration.wire.ProtocolException;
import dev.faultline.testing.fuzz.Fuzz;
import java.io.EOFException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

/**
 * A hostile source's delta. An input is a u64, how long it says that it is, and the delta's head; blocks follow as far as it
 * says. Only the blocks that the head names may be written.
 */
class PageDeltaFuzzTest {
    private static final int PAGE = 64 * 4096;
    private static final int HEAD = 16;
    private static final byte OWN = 0x11;
    private static final byte SENT = 0x5a;

    @Test
    void onlyNamedBlocksAreWritten() {
        ByteBuffer memory = ByteBuffer.allocateDirect(3 * PAGE);
        PageDelta delta = new PageDelta();
        Fuzz.target("page-delta")
                .expecting(ProtocolException.class, EOFException.class)
                .run(input -> {
                    byte[] whole = Arrays.copyOf(input, Math.max(Long.BYTES, input.length));
                    long announced = ByteBuffer.wrap(whole)
                            .order(ByteOrder.LITTLE_ENDIAN)
                            .getLong();
                    byte[] payload = Arrays.copyOfRange(
                            whole, Long.BYTES, Long.BYTES + Math.clamp(announced, whole.length, PAGE + HEAD + 1));
                    Arrays.fill(payload, Math.min(whole.length - Long.BYTES, payload.length), payload.length, SENT);
                    delta.read(new FrameChannel(new BytesLink(payload)), announced, PAGE);
                    for (int i = 0; i < memory.capacity(); i++) {
                        memory.put(i, OWN);
                    }
                    delta.applyTo(memory.clear().position(PAGE));
                    check(memory, ByteBuffer.wrap(payload).order(ByteOrder.LITTLE_ENDIAN), announced);
                });
    }

    private static void check(ByteBuffer memory, ByteBuffer payload, long announced) {
        long changed = payload.getLong(Long.BYTES);
        assertThat(payload.getLong(0)).isNotNegative();
        assertThat(announced).isEqualTo(HEAD + 4096L * Long.bitCount(changed));
        int from = HEAD;
        for (int block = -64; block < 128; block++) {
            int at = PAGE + block * 4096;
            if (block >= 0 && block < 64 && (changed >> block & 1) != 0) {
                assertThat(memory.slice(at, 4096)).isEqualTo(payload.slice(from, 4096));
                from += 4096;
            } else {
                assertThat(memory.get(at)).as("block %d", block).isEqualTo(OWN);
                assertThat(memory.get(at + 4095)).as("block %d", block).isEqualTo(OWN);
            }
        }
    }
}
