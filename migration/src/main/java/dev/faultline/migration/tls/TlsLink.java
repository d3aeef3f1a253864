package dev.faultline.migration.tls;

import dev.faultline.migration.host.Host;
import dev.faultline.migration.host.Link;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.locks.ReentrantLock;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * TLS over another connection.
 *
 * <p><b>Threads.</b> One thread reads and one writes, at the same time; SSLEngine allows one unwrap and one wrap at once.
 * What else they share is kept apart so:
 * <ul>
 * <li>The handshake reads and writes. Whoever comes first does it under a lock, and the other waits; after it neither takes
 *     that lock again. What it leaves to both is published by {@code ready}.
 * <li>After the handshake the reader never writes. A KeyUpdate that asks for one in return, which the JDK sends every
 *     128 GiB, leaves the answer in the engine, and the writer's next wrap takes it out: RFC 8446 wants it before the next
 *     content, and no sooner. Were the reader to write, two peers could each wait for the other to read.
 * <li>TLS 1.3 closes each direction by itself: the writer ends its own, and goes on reading.
 * <li>Any thread may close: that closes the connection underneath only, and both threads fail there.
 * </ul>
 *
 * <p><b>Copies.</b> The engine copies content into its record, and encrypts it there; a record that came is decrypted where it
 * lies, and copied straight to where it belongs as far as there is room. The records lie in heap arrays: the JDK's AES-GCM
 * takes direct buffers through arrays of its own, 512 bytes at a time, and a gigabyte took a fifth more processor time with
 * them than with arrays, the socket's copy of these included. A running guest may write to a page that is being sent: what is
 * authenticated is the copy. This class allocates nothing after the handshake; the engine some small objects for each record.
 */
final class TlsLink implements Link {
    static final long HANDSHAKE_NANOS = 10_000_000_000L;

    /** Some records for each system call; more do not stay in the processor's cache. */
    private static final int RECORDS_BYTES = 256 << 10;
    /** What the JDK allows the largest record of a peer to hold, and more. */
    private static final int PLAIN_BYTES = 40 << 10;
    /** An honest peer sends few; each may leave an answer in the engine until this side writes. */
    private static final int MAX_EMPTY_RECORDS = 1000;

    private static final int MAX_IDLE = 8;

    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

    private final Host host;
    private final Link link;
    private final SSLEngine engine;
    private final long handshakeNanos;
    private final ReentrantLock handshaking = new ReentrantLock();
    private volatile boolean ready;
    private volatile @Nullable IOException failure;

    /** The reader's: records that have come, ready to be read; content that found no room. */
    private ByteBuffer incoming = NOTHING;

    private ByteBuffer plain = NOTHING;
    private final ByteBuffer[] into = new ByteBuffer[2];
    /** Since this side wrote; the writer resets it, and a late reset does no harm. */
    private volatile int emptyRecords;

    /** Set by the reader: the peer has sent content, and so wants this side. */
    private volatile boolean heard;

    /** The writer's. */
    private final ByteBuffer[] outgoing = new ByteBuffer[1];

    TlsLink(Host host, Link link, SSLEngine engine, long handshakeNanos) {
        this.host = host;
        this.link = link;
        this.engine = engine;
        this.handshakeNanos = handshakeNanos;
    }

    private void shakeHands() throws IOException {
        if (ready) {
            return;
        }
        handshaking.lock();
        try {
            if (ready) {
                return;
            }
            failIfBroken();
            ByteBuffer early = Handshake.run(host, link, engine, handshakeNanos);
            // Not before: who has not shown a certificate gets no large buffers.
            incoming = ByteBuffer.allocate(RECORDS_BYTES).put(early).flip();
            plain = ByteBuffer.allocate(PLAIN_BYTES).limit(0);
            outgoing[0] = ByteBuffer.allocate(RECORDS_BYTES);
            ready = true;
        } catch (IOException e) {
            failure = e;
            throw e;
        } finally {
            handshaking.unlock();
        }
    }

    private void failIfBroken() throws IOException {
        IOException before = failure;
        if (before != null) {
            throw new IOException(before.getMessage(), before);
        }
    }

    @Override
    public int read(ByteBuffer target) throws IOException {
        shakeHands();
        int before = target.remaining();
        while (before > 0 && target.remaining() == before) {
            if (plain.hasRemaining()) {
                takePlain(target);
            } else if (!readRecord(target)) {
                return -1;
            }
        }
        return before - target.remaining();
    }

    private void takePlain(ByteBuffer target) {
        int count = Math.min(plain.remaining(), target.remaining());
        target.put(target.position(), plain, plain.position(), count);
        target.position(target.position() + count);
        plain.position(plain.position() + count);
    }

    /** Decrypts a record straight to where it belongs, and keeps what finds no room. {@return false at the end} */
    private boolean readRecord(ByteBuffer target) throws IOException {
        into[0] = target;
        into[1] = plain.clear();
        try {
            SSLEngineResult result = engine.unwrap(incoming, into);
            switch (result.getStatus()) {
                case OK -> requireProgress(result);
                case BUFFER_UNDERFLOW -> fill();
                case BUFFER_OVERFLOW -> throw new SSLException("the peer sent a record that is too large for TLS");
                case CLOSED -> {
                    return false;
                }
            }
            return true;
        } catch (SSLException e) {
            IOException explained = TlsFailure.explain(e);
            failure = explained;
            throw explained;
        } catch (InternalError e) {
            // A page of a file that the host has no memory for. Plain sockets say it by the error of a system call.
            throw new IOException("Bad address: memory to write to could not be had", e);
        } finally {
            plain.flip();
        }
    }

    private void requireProgress(SSLEngineResult result) throws SSLException {
        if (result.bytesProduced() > 0) {
            if (!heard) {
                heard = true;
            }
            return;
        }
        runTasks();
        int count = emptyRecords + 1;
        emptyRecords = count;
        if (count > MAX_EMPTY_RECORDS) {
            throw new SSLException("the peer sent " + count + " records without content");
        }
    }

    private void fill() throws IOException {
        incoming.compact();
        try {
            if (link.read(incoming) < 0) {
                throw new SSLException(
                        "the connection was cut: the peer did not say, as TLS has it, that it ends here");
            }
        } finally {
            incoming.flip();
        }
    }

    private void runTasks() {
        for (Runnable task = engine.getDelegatedTask(); task != null; task = engine.getDelegatedTask()) {
            task.run();
        }
    }

    @Override
    public void write(ByteBuffer... sources) throws IOException {
        shakeHands();
        emptyRecords = 0;
        while (hasRemaining(sources)) {
            outgoing[0].clear();
            wrapMany(sources);
            outgoing[0].flip();
            send();
        }
    }

    /** A server judges the client's certificate when the client is done with the handshake, and may be gone by now. */
    private void send() throws IOException {
        try {
            link.write(outgoing);
        } catch (IOException e) {
            throw heard || !engine.getUseClientMode() ? e : TlsFailure.unexplained(e);
        }
    }

    private static boolean hasRemaining(ByteBuffer... sources) {
        for (ByteBuffer source : sources) {
            if (source.hasRemaining()) {
                return true;
            }
        }
        return false;
    }

    /** Makes records until all is in them, or there is no room for another. */
    private void wrapMany(ByteBuffer... sources) throws IOException {
        for (int idle = 0; hasRemaining(sources); ) {
            SSLEngineResult result = engine.wrap(sources, outgoing[0]);
            switch (result.getStatus()) {
                case OK -> idle = requireMotion(result, idle);
                case BUFFER_OVERFLOW -> {
                    return;
                }
                default -> {
                    failIfBroken();
                    throw new SSLException("the connection has been ended by this side");
                }
            }
        }
    }

    /** An engine that does nothing for ever is a fault, and not to be waited for. */
    private int requireMotion(SSLEngineResult result, int idle) throws SSLException {
        if (result.bytesProduced() > 0) {
            return 0;
        }
        runTasks();
        if (idle == MAX_IDLE) {
            throw new SSLException("the TLS engine does not go on: " + result);
        }
        return idle + 1;
    }

    @Override
    public void endOutput() throws IOException {
        shakeHands();
        engine.closeOutbound();
        for (int idle = 0; !engine.isOutboundDone(); ) {
            outgoing[0].clear();
            idle = requireMotion(engine.wrap(NOTHING, outgoing[0]), idle);
            outgoing[0].flip();
            link.write(outgoing);
        }
        link.endOutput();
    }

    @Override
    public void close() {
        link.close();
    }
}
