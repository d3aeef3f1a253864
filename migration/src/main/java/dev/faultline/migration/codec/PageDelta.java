package dev.faultline.migration.codec;

import dev.faultline.migration.wire.FrameChannel;
import dev.faultline.migration.wire.ProtocolException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * The blocks of a huge page that changed since it was sent in an earlier round, its base. Reused from page to page, for one
 * thread.
 *
 * <pre>
 *  0            8                         8 + blocks / 8
 * +------------+-------------------------+----------------------------+
 * | base round | a bit for each block:   | the changed blocks, 4 KiB  |
 * |    u64     | 1 = it changed          | each, in order             |
 * +------------+-------------------------+----------------------------+
 * </pre>
 */
public final class PageDelta {
    /** Bytes of a block. */
    public static final int BLOCK_BYTES = 4096;

    private static final int BITMAP = Long.BYTES;

    private ByteBuffer bytes = buffer(0);
    private int blocks;

    private static ByteBuffer buffer(int capacity) {
        return ByteBuffer.allocateDirect(capacity).order(ByteOrder.LITTLE_ENDIAN);
    }

    /** {@return whether pages of that size, a power of two, have deltas} Longer ones than a frame carries do not. */
    public static boolean fits(long pageBytes) {
        return pageBytes >= (long) Long.SIZE * BLOCK_BYTES && pageBytes <= PageEncoder.MOST_BYTES;
    }

    private int contentOffset() {
        return BITMAP + blocks / Byte.SIZE;
    }

    private void reserve(int pageBytes) {
        blocks = pageBytes / BLOCK_BYTES;
        if (bytes.capacity() < contentOffset() + pageBytes) {
            bytes = buffer(contentOffset() + pageBytes);
        }
    }

    private boolean isChanged(int block) {
        return (bytes.get(BITMAP + block / Byte.SIZE) >> block % Byte.SIZE & 1) != 0;
    }

    /**
     * {@return the payload of a delta, until the next call}
     *
     * @param base the round in which the page was sent that this is the difference to
     * @param changed a bit for each block
     * @param page the whole page, from the buffer's beginning on; nobody else writes to it
     * @param pageBytes its length
     */
    public ByteBuffer encode(long base, long[] changed, ByteBuffer page, int pageBytes) {
        reserve(pageBytes);
        bytes.clear().putLong(base);
        for (long word : changed) {
            bytes.putLong(word);
        }
        for (int block = 0; block < blocks; block++) {
            if (isChanged(block)) {
                bytes.put(bytes.position(), page, block * BLOCK_BYTES, BLOCK_BYTES);
                bytes.position(bytes.position() + BLOCK_BYTES);
            }
        }
        return bytes.flip();
    }

    /**
     * Reads a delta. All of it is here before any of it is to be used.
     *
     * @param channel where it comes from
     * @param payloadBytes its length, as the peer says
     * @param pageBytes how long the page is
     * @throws ProtocolException if it is none
     */
    public void read(FrameChannel channel, long payloadBytes, int pageBytes) throws IOException {
        reserve(pageBytes);
        int head = contentOffset();
        if (payloadBytes < head || payloadBytes > head + (long) pageBytes) {
            throw new ProtocolException("the source sent a delta of " + payloadBytes + " bytes");
        }
        channel.readFully(bytes.clear().limit(head));
        int count = 0;
        for (int at = BITMAP; at < head; at += Long.BYTES) {
            count += Long.bitCount(bytes.getLong(at));
        }
        if (payloadBytes != head + (long) count * BLOCK_BYTES || base() < 0) {
            throw new ProtocolException("the source sent a delta of " + payloadBytes + " bytes with " + count
                    + " blocks over round " + base());
        }
        channel.readFully(bytes.limit((int) payloadBytes));
    }

    /** {@return the round in which the page was sent that what was read is the difference to} */
    public long base() {
        return bytes.getLong(0);
    }

    /** Writes the changed blocks over a page that is as the base was, from the buffer's position on. */
    public void applyTo(ByteBuffer page) {
        int from = contentOffset();
        for (int block = 0; block < blocks; block++) {
            if (isChanged(block)) {
                page.put(page.position() + block * BLOCK_BYTES, bytes, from, BLOCK_BYTES);
                from += BLOCK_BYTES;
            }
        }
    }
}
