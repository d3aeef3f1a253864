package dev.faultline.migration.codec;

import dev.faultline.migration.wire.FrameChannel;
import dev.faultline.migration.wire.ProtocolException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.EnumMap;
import java.util.Map;

/**
 * Reads compressed content into memory of its own. Nothing of it is to be believed before all of it is there: what was
 * compressed, and is not of just the announced length, is refused. For one thread.
 */
public final class PageDecoder implements AutoCloseable {
    private final Map<Codec, Coder> coders = new EnumMap<>(Codec.class);
    private ByteBuffer compressed = ByteBuffer.allocateDirect(0);
    private ByteBuffer plain = ByteBuffer.allocateDirect(0);

    /**
     * {@return the content, until the next call}
     *
     * @param payloadBytes how long the compressed content is, as the peer says
     * @param plainBytes how long it has to be
     * @throws ProtocolException if it is not
     */
    public ByteBuffer read(FrameChannel channel, Codec codec, long payloadBytes, long plainBytes) throws IOException {
        if (plainBytes > PageEncoder.MOST_BYTES || payloadBytes < 1 || payloadBytes >= plainBytes) {
            throw new ProtocolException(
                    "the source sent " + payloadBytes + " bytes as " + plainBytes + " bytes compressed by " + codec);
        }
        if (!codec.isIn(Codec.available())) {
            throw new ProtocolException("the source compresses by " + codec + ", which cannot be used on this host");
        }
        compressed = PageEncoder.withRoom(compressed, (int) payloadBytes);
        channel.readFully(compressed.clear().limit((int) payloadBytes));
        plain = PageEncoder.withRoom(plain, (int) plainBytes);
        plain.clear().limit((int) plainBytes);
        int length = coders.computeIfAbsent(codec, Codec::newCoder).decompress(compressed.flip(), plain);
        if (length != plainBytes) {
            throw new ProtocolException(
                    "the source sent content that is not " + plainBytes + " bytes compressed by " + codec);
        }
        return plain;
    }

    @Override
    public void close() {
        coders.values().forEach(Coder::close);
        coders.clear();
    }
}
