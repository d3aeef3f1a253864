package dev.faultline.migration.codec;

import java.nio.ByteBuffer;

/** Compresses and decompresses, from one direct buffer to another. For one thread. */
interface Coder extends AutoCloseable {
    /** {@return how long the result may be at most, in bytes} */
    int longest(int plainBytes);

    /**
     * Compresses what remains of a buffer; no position changes.
     *
     * @param to has room for {@link #longest} from its beginning on
     * @return the length of the result
     */
    int compress(ByteBuffer plain, ByteBuffer to);

    /**
     * Decompresses what remains of a buffer; no position changes. Never writes beyond the limit, whatever the content is.
     *
     * @param to filled from its beginning on, up to its limit at most
     * @return the length of the result; -1 if the content is no such format, or longer
     */
    int decompress(ByteBuffer compressed, ByteBuffer to);

    @Override
    void close();
}
