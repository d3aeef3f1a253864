package dev.faultline.migration.tls;

import dev.faultline.migration.host.Link;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousCloseException;
import java.util.ArrayDeque;
import java.util.Deque;

/** One end of a connection in memory, which gives as few bytes for each read as it is told, and may change them. */
final class MemoryLink implements Link {
    /** Bytes on their way in one direction. */
    private static final class Way {
        private final Deque<byte[]> pieces = new ArrayDeque<>();
        private int offset;
        private boolean ended;
        private boolean closed;

        synchronized void put(byte[] bytes) {
            pieces.add(bytes);
            notifyAll();
        }

        synchronized void end() {
            ended = true;
            notifyAll();
        }

        synchronized void close() {
            closed = true;
            notifyAll();
        }

        synchronized int take(ByteBuffer target, int limit) throws IOException {
            while (pieces.isEmpty() && !ended && !closed) {
                try {
                    wait(1000);
                } catch (InterruptedException e) {
                    throw new IOException(e);
                }
            }
            if (closed) {
                throw new AsynchronousCloseException();
            }
            byte[] piece = pieces.peek();
            if (piece == null) {
                return -1;
            }
            int count = Math.min(Math.min(piece.length - offset, target.remaining()), limit);
            target.put(piece, offset, count);
            offset += count;
            if (offset == piece.length) {
                pieces.remove();
                offset = 0;
            }
            return count;
        }
    }

    private final Way in;
    private final Way out;
    private final int readLimit;
    /** How many bytes to let pass before one is changed; none is if it is negative. */
    private long changeAfterBytes = -1;

    private MemoryLink(Way in, Way out, int readLimit) {
        this.in = in;
        this.out = out;
        this.readLimit = readLimit;
    }

    /** Fails from the next write on, as when the peer is gone. */
    private volatile boolean broken;

    static MemoryLink[] pair(int readLimit) {
        Way there = new Way();
        Way back = new Way();
        return new MemoryLink[] {new MemoryLink(back, there, readLimit), new MemoryLink(there, back, readLimit)};
    }

    /** Changes one of the bytes that are sent from now on. */
    synchronized void changeByteAfter(long bytes) {
        changeAfterBytes = bytes;
    }

    void breakWrites() {
        broken = true;
    }

    @Override
    public int read(ByteBuffer target) throws IOException {
        return in.take(target, readLimit);
    }

    @Override
    public synchronized void write(ByteBuffer... sources) throws IOException {
        if (broken) {
            throw new IOException("Broken pipe");
        }
        for (ByteBuffer source : sources) {
            byte[] bytes = new byte[source.remaining()];
            source.get(bytes);
            if (changeAfterBytes >= 0 && changeAfterBytes < bytes.length) {
                bytes[(int) changeAfterBytes] ^= 1;
            }
            changeAfterBytes -= bytes.length;
            if (bytes.length > 0) {
                out.put(bytes);
            }
        }
    }

    @Override
    public void endOutput() {
        out.end();
    }

    @Override
    public void close() {
        in.close();
        out.end();
    }
}
