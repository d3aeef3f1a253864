package dev.faultline.migration.wire;

import dev.faultline.migration.host.Link;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * Frames over one connection, blocking. One thread reads, one writes. Page content goes from and to the
 * caller's memory without a copy in between.
 */
public final class FrameChannel implements AutoCloseable {
    private static final int MAX_REASON_BYTES = 1 << 16;

    private final Link link;
    private final FrameHeader outgoing = new FrameHeader();
    private final FrameHeader incoming = new FrameHeader();
    private final ByteBuffer[] gather = new ByteBuffer[2];

    /** Makes the frames of a connection. */
    public FrameChannel(Link link) {
        this.link = link;
    }

    /** Sends a control frame. */
    public void write(Frame frame) throws IOException {
        write(
                frame.type(),
                frame.flags(),
                frame.region(),
                frame.count(),
                frame.page(),
                frame.round(),
                ByteBuffer.wrap(frame.payload()));
    }

    /** Sends a frame with the remaining bytes of a buffer as its payload. */
    public void write(FrameType type, int flags, int region, long count, long page, long round, ByteBuffer payload)
            throws IOException {
        gather[0] = outgoing.set(type, flags, region, count, page, round, payload.remaining())
                .bytes()
                .clear();
        gather[1] = payload;
        link.write(gather);
    }

    /**
     * Waits for the next frame's header.
     *
     * @return the header, valid until the next call
     * @throws EOFException if the peer has closed the connection
     */
    public FrameHeader readHeader() throws IOException {
        readFully(incoming.bytes().clear());
        return incoming;
    }

    /** Fills a buffer with payload bytes. */
    public void readFully(ByteBuffer target) throws IOException {
        while (target.hasRemaining()) {
            if (link.read(target) < 0) {
                throw new EOFException("the peer has closed the connection");
            }
        }
    }

    /** Waits for the next whole frame of a connection that carries no page content. */
    public Frame read() throws IOException {
        FrameHeader header = readHeader();
        FrameType type = header.type();
        long length = header.payloadBytes();
        if (length < 0 || length > Frame.MAX_CONTROL_PAYLOAD_BYTES) {
            throw new ProtocolException("the peer sent a " + type + " frame of " + length + " bytes");
        }
        byte[] payload = new byte[(int) length];
        readFully(ByteBuffer.wrap(payload));
        return new Frame(type, header.flags(), header.region(), header.count(), header.page(), header.round(), payload);
    }

    /**
     * {@return what to throw for a frame that has no business on this connection: the peer's own reason if it gives one}
     *
     * @param header the frame's header, just read
     * @param peer who sent it, for the message
     * @param where what the connection is for
     */
    public IOException unexpected(FrameHeader header, String peer, String where) throws IOException {
        FrameType type = header.type();
        long length = header.payloadBytes();
        if (type != FrameType.ABORT || length < 0 || length > MAX_REASON_BYTES) {
            return new ProtocolException("the " + peer + " sent " + type + " on the " + where + " connection");
        }
        byte[] reason = new byte[(int) length];
        readFully(ByteBuffer.wrap(reason));
        return new IOException("the " + peer + " gave up: " + new String(reason, StandardCharsets.UTF_8));
    }

    /** Tells the peer that no more frames come; what was sent before still arrives, which a mere close may prevent. */
    public void endOutput() {
        try {
            link.endOutput();
        } catch (IOException e) {
            System.getLogger(FrameChannel.class.getName()).log(System.Logger.Level.DEBUG, "closed already", e);
        }
    }

    @Override
    public void close() {
        link.close();
    }
}
