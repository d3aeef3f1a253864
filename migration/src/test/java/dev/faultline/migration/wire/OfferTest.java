package dev.faultline.migration.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class OfferTest {
    private static final long SEED = 5;
    private static final Offer OFFER =
            new Offer(List.of(new Offer.Region(0, 12, 1L << 40), new Offer.Region(1, 21, 1L << 30)));

    @Test
    void whatIsEncodedIsDecoded() throws ProtocolException {
        assertThat(Offer.decode(OFFER.encode())).isEqualTo(OFFER);
    }

    @Test
    void itFitsOnlyTheSameShape() throws ProtocolException {
        assertThat(Offer.decode(OFFER.encode()).mismatch(OFFER)).isEmpty();
        Offer other = new Offer(List.of(new Offer.Region(0, 12, 4096)));
        assertThat(other.mismatch(OFFER)).isPresent();
        assertThat(other.mismatch(OFFER).get())
                .startsWith("the guests differ: the source has [region 0 of 4096 bytes in pages of 4096], the")
                .endsWith("start the destination's guest with the same memory and page size");
    }

    /** Whatever comes, it is an offer or a protocol error: another exception would be a hole in the checks. */
    @Test
    void noMutationIsAnythingButAnOfferOrAProtocolError() {
        Random random = new Random(SEED);
        int accepted = 0;
        for (int i = 0; i < 200_000; i++) {
            byte[] bytes = Arrays.copyOf(OFFER.encode(), random.nextInt(8) == 0 ? random.nextInt(64) : 36);
            for (int flips = random.nextInt(6); flips > 0 && bytes.length > 0; flips--) {
                bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
            }
            try {
                Offer offer = Offer.decode(bytes);
                accepted++;
                assertThat(offer.encode()).isEqualTo(bytes);
                assertThat(offer.mismatch(OFFER).isPresent()).isEqualTo(!offer.equals(OFFER));
            } catch (ProtocolException e) {
                assertThat(e).hasMessageStartingWith("the peer");
            }
        }
        assertThat(accepted).isPositive();
    }

    @Test
    void aHugeCountAllocatesNothing() {
        assertThatThrownBy(() -> Offer.decode(new byte[] {-1, -1, -1, 127}))
                .isInstanceOf(ProtocolException.class)
                .hasMessage("the peer offers 2147483647 memory regions");
        assertThatThrownBy(() -> Offer.decode(new byte[] {0, 4, 0, 0}))
                .isInstanceOf(ProtocolException.class)
                .hasMessage("the peer's offer of 1024 memory regions has 4 bytes");
    }
}
