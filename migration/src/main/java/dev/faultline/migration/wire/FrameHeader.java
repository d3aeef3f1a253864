package dev.faultline.migration.wire;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * The header that begins every frame, little-endian, reused from frame to frame.
 *
 * <pre>
 *  0      1       2        4         8              16               24              32
 * +------+-------+--------+---------+--------------+----------------+---------------+
 * | type | flags | region | count   | page         | round          | payload bytes |  payload ...
 * |  u8  |  u8   |  u16   |  u32    |  u64         |  u64           |  u64          |
 * +------+-------+--------+---------+--------------+----------------+---------------+
 * </pre>
 */
public final class FrameHeader {
    /** Bytes of a header. */
    public static final int BYTES = 32;

    private static final int FLAGS_OFFSET = 1;
    private static final int REGION_OFFSET = 2;
    private static final int COUNT_OFFSET = 4;
    private static final int PAGE_OFFSET = 8;
    private static final int ROUND_OFFSET = 16;
    private static final int PAYLOAD_OFFSET = 24;

    private static final byte TLS_HANDSHAKE = 22;
    private static final byte TLS_VERSION = 3;

    private final ByteBuffer bytes = ByteBuffer.allocateDirect(BYTES).order(ByteOrder.LITTLE_ENDIAN);

    /** Fills the header in. */
    public FrameHeader set(FrameType type, int flags, int region, long count, long page, long round, long payload) {
        bytes.put(0, type.code());
        bytes.put(FLAGS_OFFSET, (byte) flags);
        bytes.putShort(REGION_OFFSET, (short) region);
        bytes.putInt(COUNT_OFFSET, (int) count);
        bytes.putLong(PAGE_OFFSET, page);
        bytes.putLong(ROUND_OFFSET, round);
        bytes.putLong(PAYLOAD_OFFSET, payload);
        return this;
    }

    ByteBuffer bytes() {
        return bytes;
    }

    /** {@return the kind of frame} */
    public FrameType type() throws ProtocolException {
        FrameType type = FrameType.ofCode(bytes.get(0));
        if (type == null) {
            throw new ProtocolException("the peer sent a frame of unknown type " + bytes.get(0)
                    + "; is it a Faultline of the same version?");
        }
        return type;
    }

    /** {@return whether these bytes are no header, but the beginning of a TLS handshake} */
    public boolean isTls() {
        return bytes.get(0) == TLS_HANDSHAKE && bytes.get(1) == TLS_VERSION;
    }

    public int flags() {
        return bytes.get(FLAGS_OFFSET) & 0xff;
    }

    public int region() {
        return bytes.getShort(REGION_OFFSET) & 0xffff;
    }

    public long count() {
        return bytes.getInt(COUNT_OFFSET) & 0xffff_ffffL;
    }

    public long page() {
        return bytes.getLong(PAGE_OFFSET);
    }

    public long round() {
        return bytes.getLong(ROUND_OFFSET);
    }

    public long payloadBytes() {
        return bytes.getLong(PAYLOAD_OFFSET);
    }
}
