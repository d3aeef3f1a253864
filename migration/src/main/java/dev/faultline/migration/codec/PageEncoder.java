package dev.faultline.migration.codec;

import dev.faultline.migration.host.Host;
import dev.faultline.migration.wire.FrameType;
import java.nio.ByteBuffer;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;

/**
 * Makes of pages' content what is sent: itself, or its compressed form. A running guest goes on writing to its pages, so
 * that only a private copy is compressed, and it is that copy which is sent if it does not shrink. For one thread.
 */
public final class PageEncoder implements AutoCloseable {
    /** The longest content that is compressed: what a receiver has to have room for is bounded by it. */
    static final int MOST_BYTES = 2 << 20;

    private static final ByteBuffer NONE = ByteBuffer.allocateDirect(0);

    private final Host host;
    private final CodecPolicy policy;
    private final Map<Codec, Coder> coders = new EnumMap<>(Codec.class);
    private ByteBuffer copy = NONE;
    private ByteBuffer compressed = NONE;

    private Optional<Codec> asked = Optional.empty();
    private FrameType type = FrameType.PAGES;
    private int plainBytes;
    private int wireBytes;
    private long codeNanos;

    /** Makes an encoder that does what a policy says. */
    public PageEncoder(Host host, CodecPolicy policy) {
        this.host = host;
        this.policy = policy;
    }

    /**
     * {@return what to send, until the next call}
     *
     * @param content the pages; direct
     * @param isPrivate whether nobody else writes to that buffer
     */
    public ByteBuffer encode(ByteBuffer content, boolean isPrivate) {
        plainBytes = content.remaining();
        asked = plainBytes > MOST_BYTES ? Optional.empty() : policy.next();
        codeNanos = 0;
        type = FrameType.PAGES;
        ByteBuffer payload = asked.isPresent() ? compress(asked.get(), content, isPrivate) : content;
        wireBytes = payload.remaining();
        return payload;
    }

    private ByteBuffer compress(Codec codec, ByteBuffer content, boolean isPrivate) {
        Coder coder = coders.computeIfAbsent(codec, Codec::newCoder);
        long begin = host.nanoTime();
        ByteBuffer plain = isPrivate ? content : copy(content);
        compressed = withRoom(compressed, coder.longest(plainBytes));
        int length = coder.compress(plain, compressed.clear());
        codeNanos = host.nanoTime() - begin;
        if (length > plainBytes - plainBytes / 10) {
            return plain;
        }
        type = codec.frameType();
        return compressed.limit(length);
    }

    private ByteBuffer copy(ByteBuffer content) {
        copy = withRoom(copy, plainBytes);
        return copy.clear().put(content).flip();
    }

    static ByteBuffer withRoom(ByteBuffer buffer, int bytes) {
        return buffer.capacity() < bytes ? ByteBuffer.allocateDirect(bytes) : buffer;
    }

    /** {@return the type of frame that what was made last goes in} */
    public FrameType type() {
        return type;
    }

    /** What was made last has been sent; it took so long until the connection had all of it. */
    public void sent(long linkNanos) {
        policy.sent(asked, plainBytes, wireBytes, codeNanos, linkNanos);
    }

    @Override
    public void close() {
        coders.values().forEach(Coder::close);
        coders.clear();
    }
}
