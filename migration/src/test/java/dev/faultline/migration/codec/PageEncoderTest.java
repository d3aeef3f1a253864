package dev.faultline.migration.codec;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faultline.migration.host.LocalHost;
import dev.faultline.migration.wire.FrameType;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class PageEncoderTest {
    private static final int BYTES = 64 * 4096;

    private static PageEncoder encoder(Codec codec) {
        return new PageEncoder(LocalHost.INSTANCE, new FixedCodec(Optional.of(codec)));
    }

    private static ByteBuffer random() {
        byte[] bytes = new byte[BYTES];
        new Random(1).nextBytes(bytes);
        return ByteBuffer.allocateDirect(BYTES).put(bytes).flip();
    }

    @Test
    void bothFormatsCanBeUsedWhereTestsRun() {
        assertThat(Codec.available()).isEqualTo(6);
    }

    @ParameterizedTest
    @EnumSource(Codec.class)
    void whatDoesNotShrinkIsSentAsItWasCopied(Codec codec) {
        ByteBuffer content = random();
        try (PageEncoder encoder = encoder(codec)) {
            ByteBuffer sent = encoder.encode(content.duplicate(), false);
            assertThat(encoder.type()).isEqualTo(FrameType.PAGES);
            assertThat(sent).isEqualTo(content);
            content.put(100, (byte) ~content.get(100)); // as a running guest may
            assertThat(sent).isNotEqualTo(content);
        }
    }

    @ParameterizedTest
    @EnumSource(Codec.class)
    void whatShrinksByLittleGoesPlainToo(Codec codec) {
        ByteBuffer content = random();
        for (int i = 0; i < BYTES / 20; i++) {
            content.put(i, (byte) 0);
        }
        try (PageEncoder encoder = encoder(codec)) {
            encoder.encode(content, true);
            assertThat(encoder.type()).isEqualTo(FrameType.PAGES);
            for (int i = 0; i < BYTES / 5; i++) {
                content.put(i, (byte) 0);
            }
            assertThat(encoder.encode(content, true).remaining()).isLessThan(BYTES - BYTES / 6);
            assertThat(encoder.type()).isEqualTo(codec.frameType());
        }
    }

    @ParameterizedTest
    @EnumSource(Codec.class)
    void moreThanAReceiverHasRoomForGoesPlain(Codec codec) {
        try (PageEncoder encoder = encoder(codec)) {
            ByteBuffer zeros = ByteBuffer.allocateDirect(PageEncoder.MOST_BYTES + 4096);
            assertThat(encoder.encode(zeros, true)).isSameAs(zeros);
            assertThat(encoder.type()).isEqualTo(FrameType.PAGES);
        }
    }
}
