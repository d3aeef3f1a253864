package dev.faultline.migration.page;

import java.nio.ByteBuffer;
import java.util.zip.CRC32;
import java.util.zip.CRC32C;

/**
 * A page's content in 64 bits: two checksums whose polynomials have no common factor, so that together they are one of
 * degree 64. No burst of wrong bits up to that length goes unseen, and of other differences one in 2<sup>64</sup>; and the
 * JDK computes both by processor instructions. It is against faults, and not against a peer who lies: that one could as well
 * run the guest wrongly. Used by one thread.
 */
public final class PageHash {
    private static final int ZEROS_BYTES = 4096;

    private final CRC32 high = new CRC32();
    private final CRC32C low = new CRC32C();

    /** {@return the hash of a buffer's remaining bytes, which are consumed} */
    public long of(ByteBuffer bytes) {
        int begin = bytes.position();
        high.reset();
        high.update(bytes);
        low.reset();
        low.update(bytes.position(begin));
        return value();
    }

    /** {@return the hash of that many zeros, a multiple of 4096} */
    public static long ofZeros(int lengthBytes) {
        PageHash hash = new PageHash();
        byte[] zeros = new byte[ZEROS_BYTES];
        for (int done = 0; done < lengthBytes; done += zeros.length) {
            hash.high.update(zeros);
            hash.low.update(zeros);
        }
        return hash.value();
    }

    private long value() {
        return high.getValue() << Integer.SIZE | low.getValue();
    }
}
