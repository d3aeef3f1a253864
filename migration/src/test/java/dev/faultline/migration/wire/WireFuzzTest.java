package dev.faultline.migration.wire;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faultline.migration.host.BytesLink;
import dev.faultline.migration.page.PageBits;
import dev.faultline.testing.fuzz.Fuzz;
import java.io.EOFException;
import java.io.IOException;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

/** What comes over the wire before anybody knows who sends it. */
class WireFuzzTest {
    /** A header may announce a payload of the greatest length that is allowed, and then the peer closes. */
    private static final long ALLOCATED_BYTES = 3L * Frame.MAX_CONTROL_PAYLOAD_BYTES;

    @Test
    void offers() {
        Fuzz.target("offer").expecting(ProtocolException.class).run(input -> {
            Offer offer = Offer.decode(input);
            assertThat(Offer.decode(offer.encode())).isEqualTo(offer);
            assertThat(offer.mismatch(offer)).isPresent(); // the same memory files
        });
    }

    /** The first two bytes are how many pages there are to be. */
    @Test
    void setsOfPages() {
        Fuzz.target("page-bits").expecting(IllegalArgumentException.class).run(input -> {
            byte[] whole = Arrays.copyOf(input, Math.max(2, input.length));
            int count = 1 + (whole[0] & 0xff) + (whole[1] & 0x0f) * 256;
            byte[] encoded = Arrays.copyOfRange(whole, 2, whole.length);
            PageBits bits = PageBits.decode(encoded, count);
            assertThat(bits.encode(0, count)).isEqualTo(encoded);
            assertThat(bits.size()).isLessThanOrEqualTo(count);
        });
    }

    @Test
    void framesOfAControlConnection() {
        Fuzz.target("frame-channel")
                .allocatingAtMost(ALLOCATED_BYTES)
                .expecting(ProtocolException.class, EOFException.class)
                .run(WireFuzzTest::readAll);
    }

    private static void readAll(byte[] input) throws IOException {
        FrameChannel channel = new FrameChannel(new BytesLink(input));
        while (true) {
            Frame frame = channel.read();
            assertThat(frame.payload().length).isLessThanOrEqualTo(input.length);
            assertThat(frame.text()).isNotNull();
        }
    }
}
