package dev.faultline.migration.codec;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** On connections that are so many nanoseconds per byte, with content that shrinks to so much of it. */
class AdaptiveCodecTest {
    private static final int FRAME = 256 << 10;
    private static final long GIB = 1L << 30;
    private static final int BOTH = 6;
    /** 1 Gbit/s, and the loopback. */
    private static final double SLOW = 8;

    private static final double FAST = 0.5;

    /** What most of the last part of a content went by. */
    private record Result(Optional<Codec> most, double share) {}

    private static Result send(
            AdaptiveCodec policy, long bytes, double linkNanosPerByte, double lz4Left, double zstdLeft) {
        Map<Codec, Long> compressed = new EnumMap<>(Codec.class);
        long plain = 0;
        for (long sent = 0; sent < bytes; sent += FRAME) {
            Optional<Codec> codec = policy.next();
            double left = codec.map(format -> format == Codec.LZ4 ? lz4Left : zstdLeft)
                    .orElse(1.0);
            double codeNanos =
                    codec.map(format -> format == Codec.LZ4 ? 1.5 : 3.0).orElse(0.0);
            int wireBytes = (int) (FRAME * left);
            policy.sent(codec, FRAME, wireBytes, (long) (FRAME * codeNanos), (long) (wireBytes * linkNanosPerByte));
            if (codec.isPresent()) {
                compressed.merge(codec.get(), (long) FRAME, Long::sum);
            } else {
                plain += FRAME;
            }
        }
        Result most = new Result(Optional.empty(), (double) plain / bytes);
        for (Map.Entry<Codec, Long> entry : compressed.entrySet()) {
            double share = (double) entry.getValue() / bytes;
            most = share > most.share ? new Result(Optional.of(entry.getKey()), share) : most;
        }
        return most;
    }

    private static void assertMost(Result result, Optional<Codec> codec) {
        assertThat(result.most).isEqualTo(codec);
        assertThat(result.share).isGreaterThan(0.8);
    }

    @Test
    void aFastLinkGetsContentAsItIs() {
        assertMost(send(new AdaptiveCodec(BOTH), GIB, FAST, 0.5, 0.35), Optional.empty());
    }

    @Test
    void aSlowLinkGetsWhatIsCheapestInAll() {
        assertMost(send(new AdaptiveCodec(BOTH), GIB, SLOW, 0.5, 0.45), Optional.of(Codec.LZ4));
        assertMost(send(new AdaptiveCodec(BOTH), GIB, SLOW, 0.5, 0.2), Optional.of(Codec.ZSTD));
        assertMost(send(new AdaptiveCodec(2), GIB, SLOW, 0.5, 0.2), Optional.of(Codec.LZ4));
    }

    @Test
    void whatDoesNotShrinkGoesPlainOnAnyLink() {
        assertMost(send(new AdaptiveCodec(BOTH), GIB, SLOW, 1, 0.95), Optional.empty());
    }

    @Test
    void withoutFormatsThereIsNothingToTry() {
        assertThat(send(new AdaptiveCodec(0), GIB, SLOW, 0.1, 0.1).share).isEqualTo(1);
    }

    @Test
    void aChangeIsNoticed() {
        AdaptiveCodec policy = new AdaptiveCodec(BOTH);
        assertMost(send(policy, GIB, FAST, 0.5, 0.35), Optional.empty());
        send(policy, GIB, SLOW, 0.5, 0.45);
        assertMost(send(policy, GIB, SLOW, 0.5, 0.45), Optional.of(Codec.LZ4));
        send(policy, GIB, SLOW, 1, 1); // now random
        assertMost(send(policy, GIB, SLOW, 1, 1), Optional.empty());
    }

    @Test
    void tryingCostsLittle() {
        assertThat(send(new AdaptiveCodec(BOTH), 4 * GIB, FAST, 0.5, 0.35).share)
                .isGreaterThan(0.99);
    }
}
