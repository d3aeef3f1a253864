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
            offer("pc", List.of(new Offer.Region(0, 12, 1L << 40), new Offer.Region(1, 21, 1L << 30)), "f0", "f1");

    private static Offer offer(String machine, List<Offer.Region> regions, String... files) {
        return new Offer(machine, regions, List.of(files));
    }

    @Test
    void whatIsEncodedIsDecoded() throws ProtocolException {
        assertThat(Offer.decode(OFFER.encode())).isEqualTo(OFFER);
    }

    @Test
    void itFitsOnlyTheSameShape() throws ProtocolException {
        Offer waiting = offer("pc", OFFER.regions(), "d0", "d1");
        assertThat(Offer.decode(OFFER.encode()).mismatch(waiting)).isEmpty();
        Offer other = offer("pc", List.of(new Offer.Region(0, 12, 4096)), "o");
        assertThat(other.mismatch(OFFER)).isPresent();
        assertThat(other.mismatch(OFFER).get())
                .startsWith("the guests differ: the source has [region 0 of 4096 bytes in pages of 4096], the")
                .endsWith("start the destination's guest with the same memory and page size");
    }

    @Test
    void itFitsOnlyTheSameMachine() {
        assertThat(offer("q35", OFFER.regions(), "f0", "f1").mismatch(OFFER))
                .contains("the machines differ: the source is 'q35', the destination waits with 'pc'; start the"
                        + " destination with the same machine");
    }

    /** The destination empties its files: the source's must not be among them. */
    @Test
    void bothSidesNeedFilesOfTheirOwn() {
        assertThat(OFFER.mismatch(offer("pc", OFFER.regions(), "d0", "f0")))
                .contains("both guests have the same memory file (f0), which the destination would empty; give the"
                        + " destination's guest a file of its own");
    }

    /** Whatever comes, it is an offer or a protocol error: another exception would be a hole in the checks. */
    @Test
    void noMutationIsAnythingButAnOfferOrAProtocolError() {
        Random random = new Random(SEED);
        int accepted = 0;
        for (int i = 0; i < 200_000; i++) {
            byte[] bytes =
                    Arrays.copyOf(OFFER.encode(), random.nextInt(8) == 0 ? random.nextInt(64) : OFFER.encode().length);
            for (int flips = random.nextInt(6); flips > 0 && bytes.length > 0; flips--) {
                bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
            }
            try {
                Offer offer = Offer.decode(bytes);
                accepted++;
                assertThat(offer.encode()).isEqualTo(bytes);
                boolean sameShape =
                        offer.machine().equals("pc") && offer.regions().equals(OFFER.regions());
                assertThat(offer.mismatch(offer("pc", OFFER.regions())).isPresent())
                        .isEqualTo(!sameShape);
            } catch (ProtocolException e) {
                assertThat(e).hasMessageStartingWith("the peer");
            }
        }
        assertThat(accepted).isPositive();
    }

    @Test
    void aHugeCountAllocatesNothing() {
        assertThatThrownBy(() -> Offer.decode(new byte[] {0, 0, -1, -1, -1, 127}))
                .isInstanceOf(ProtocolException.class)
                .hasMessage("the peer offers 2147483647 memory regions");
        assertThatThrownBy(() -> Offer.decode(new byte[] {0, 0, 0, 4, 0, 0}))
                .isInstanceOf(ProtocolException.class)
                .hasMessage("the peer's offer has 6 bytes");
    }
}
