package dev.faultline.migration.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.faultline.migration.host.TcpLink;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.HexFormat;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class FrameChannelTest {
    private Pipe pipe;
    private FrameChannel near;
    private FrameChannel far;

    @BeforeEach
    void connect() throws IOException {
        pipe = new Pipe();
        near = new FrameChannel(new TcpLink(pipe.near));
        far = new FrameChannel(new TcpLink(pipe.far));
    }

    @AfterEach
    void close() throws IOException {
        pipe.close();
    }

    /** The format is a promise to other builds: these bytes may only change together with the version. */
    @Test
    void theHeaderHasTheseBytes() throws IOException {
        near.write(
                FrameType.PAGES,
                0x81,
                0xfffe,
                0xfedc_ba98L,
                0x0102_0304_0506_0708L,
                Frame.FINAL,
                ByteBuffer.wrap(new byte[] {42}));
        ByteBuffer bytes = ByteBuffer.allocate(FrameHeader.BYTES + 1);
        far.readFully(bytes);
        assertThat(HexFormat.of().formatHex(bytes.array()))
                .isEqualTo("0481feff98badcfe" + "0807060504030201" + "ffffffffffffff7f" + "0100000000000000" + "2a");
    }

    @Test
    void helloHasTheseBytes() throws IOException {
        near.write(Frame.hello(Role.PAGES, 5, 0x1122_3344_5566_7788L, 0x5678));
        ByteBuffer bytes = ByteBuffer.allocate(FrameHeader.BYTES);
        far.readFully(bytes);
        assertThat(HexFormat.of().formatHex(bytes.array()))
                .isEqualTo("0195785607000000" + "4641554c544c494e" + "8877665544332211" + "0000000000000000");
    }

    @Test
    void everyTypeHasItsCode() {
        FrameType[] types = FrameType.values();
        for (int i = 0; i < types.length; i++) {
            assertThat(types[i].code()).isEqualTo((byte) (i + 1));
            assertThat(FrameType.ofCode(i + 1)).isEqualTo(types[i]);
        }
        for (int code = -128; code < 128; code++) {
            if (code < 1 || code > types.length) {
                assertThat(FrameType.ofCode(code)).isNull();
            }
        }
    }

    @Test
    void aFrameArrivesAsItWasSent() throws IOException {
        near.write(new Frame(FrameType.DIRTY_MAP, 0xff, 0xffff, 0xffff_ffffL, Long.MIN_VALUE, -1, new byte[] {1, 2}));
        Frame frame = far.read();
        assertThat(frame.type()).isEqualTo(FrameType.DIRTY_MAP);
        assertThat(frame.flags()).isEqualTo(0xff);
        assertThat(frame.region()).isEqualTo(0xffff);
        assertThat(frame.count()).isEqualTo(0xffff_ffffL);
        assertThat(frame.page()).isEqualTo(Long.MIN_VALUE);
        assertThat(frame.round()).isEqualTo(-1);
        assertThat(frame.payload()).containsExactly(1, 2);
    }

    @Test
    void anEndWithinAFrameIsAnEnd() throws IOException {
        for (int length : new int[] {0, 1, FrameHeader.BYTES - 1, FrameHeader.BYTES, FrameHeader.BYTES + 3}) {
            try (Pipe other = new Pipe()) {
                ByteBuffer header = new FrameHeader()
                        .set(FrameType.PREPARE, 0, 0, 0, 0, 0, 8)
                        .bytes();
                ByteBuffer whole = ByteBuffer.allocate(FrameHeader.BYTES + 8);
                whole.put(header.clear());
                other.near.write(whole.clear().limit(length));
                other.near.close();
                FrameChannel reader = new FrameChannel(new TcpLink(other.far));
                assertThatThrownBy(reader::read).as("after %d bytes", length).isInstanceOf(EOFException.class);
            }
        }
    }

    @Test
    void aPayloadThatIsTooLongIsNotEvenAllocated() throws IOException {
        for (long length : new long[] {Frame.MAX_CONTROL_PAYLOAD_BYTES + 1L, Long.MAX_VALUE, -1, Long.MIN_VALUE}) {
            pipe.near.write(new FrameHeader()
                    .set(FrameType.PREPARE, 0, 0, 0, 0, 0, length)
                    .bytes()
                    .clear());
            assertThatThrownBy(far::read)
                    .isInstanceOf(ProtocolException.class)
                    .hasMessage("the peer sent a PREPARE frame of " + length + " bytes");
        }
    }

    @Test
    void anUnknownTypeIsSaid() throws IOException {
        pipe.near.write(ByteBuffer.wrap(new byte[] {99}).limit(1));
        pipe.near.write(ByteBuffer.allocate(FrameHeader.BYTES - 1));
        assertThatThrownBy(far::read)
                .isInstanceOf(ProtocolException.class)
                .hasMessage("the peer sent a frame of unknown type 99; is it a Faultline of the same version?");
    }

    @Test
    void whoIsSentAwayOnADataConnectionLearnsWhy() throws IOException {
        near.write(Frame.abort("wrong version"));
        assertThat(far.unexpected(far.readHeader(), "destination", "pages"))
                .isInstanceOf(IOException.class)
                .hasMessage("the destination gave up: wrong version");
        near.write(Frame.of(FrameType.PING));
        assertThat(far.unexpected(far.readHeader(), "destination", "pages"))
                .isInstanceOf(ProtocolException.class)
                .hasMessage("the destination sent PING on the pages connection");
    }
}
