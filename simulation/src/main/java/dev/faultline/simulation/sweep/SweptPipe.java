package dev.faultline.simulation.sweep;

import dev.faultline.model.VirtualCondition;
import dev.faultline.model.VirtualTime;
import dev.faultline.simulation.world.World;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousCloseException;
import java.util.ArrayDeque;
import java.util.Deque;

/** One direction of a connection. Of content only the length travels. */
final class SweptPipe {
    /** Linux's largest receive window without tuning, of which a half is for content. */
    static final double WINDOW_BYTES = 6 << 20;

    private static final class Piece {
        final ByteBuffer head;
        int contentBytes;
        final long arrivalNanos;
        final double realBytes;
        boolean begun;

        Piece(ByteBuffer head, int contentBytes, long arrivalNanos, double realBytes) {
            this.head = head;
            this.contentBytes = contentBytes;
            this.arrivalNanos = arrivalNanos;
            this.realBytes = realBytes;
        }
    }

    private final World world;
    private final SweepPoint point;
    private final Deque<Piece> pieces = new ArrayDeque<>();
    private final VirtualCondition readable;
    private final VirtualCondition writable;
    private double pendingBytes;
    private long lastArrivalNanos;
    private double pacedNanos;
    private boolean ended;
    private boolean readerClosed;

    SweptPipe(World world, SweepPoint point) {
        this.world = world;
        this.point = point;
        readable = world.time().newCondition();
        writable = world.time().newCondition();
    }

    /** Waits until the window has room. One piece stands in it as a whole, and two keep both ends busy. */
    void awaitRoom() throws IOException {
        writable.await(
                () -> pendingBytes <= WINDOW_BYTES + point.bytesPerUnit() || ended || readerClosed,
                VirtualTime.FOREVER);
        if (ended || readerClosed) {
            throw new IOException("Broken pipe");
        }
    }

    /** A connection carries one window in the time that an acknowledgement takes. {@return when it will have carried this} */
    long pace(double realBytes) {
        pacedNanos =
                Math.max(pacedNanos, (double) world.nanoTime()) + realBytes * 2.0 * point.latencyNanos() / WINDOW_BYTES;
        return Math.round(pacedNanos) + point.latencyNanos();
    }

    void add(ByteBuffer head, int contentBytes, long arrivalNanos, double realBytes) {
        lastArrivalNanos = Math.max(lastArrivalNanos, arrivalNanos);
        pieces.add(new Piece(head, contentBytes, lastArrivalNanos, realBytes));
        pendingBytes += realBytes;
        readable.wakeAll();
    }

    /** Takes time for what is copied on the way to the reader. */
    int read(ByteBuffer target) throws IOException {
        while (!readerClosed) {
            Piece piece = pieces.peek();
            if (piece != null && piece.arrivalNanos <= world.nanoTime()) {
                return take(piece, target);
            }
            if (piece == null && ended) {
                return -1;
            }
            long nanos = piece == null ? VirtualTime.FOREVER : piece.arrivalNanos - world.nanoTime();
            readable.await(() -> readerClosed || pieces.peek() != piece || (piece == null && ended), nanos);
        }
        throw new AsynchronousCloseException();
    }

    private int take(Piece piece, ByteBuffer target) {
        if (!piece.begun) {
            piece.begun = true;
            world.time().pass(Math.round(piece.realBytes * SweptLink.COPY_NANOS_PER_BYTE));
        }
        int count;
        if (piece.head.hasRemaining()) {
            count = Math.min(piece.head.remaining(), target.remaining());
            target.put(piece.head.slice(piece.head.position(), count));
            piece.head.position(piece.head.position() + count);
        } else {
            count = Math.min(piece.contentBytes, target.remaining());
            piece.contentBytes -= count;
            target.position(target.position() + count);
        }
        if (!piece.head.hasRemaining() && piece.contentBytes == 0) {
            pieces.remove(piece);
            pendingBytes = pieces.isEmpty() ? 0 : pendingBytes - piece.realBytes;
            writable.wakeAll();
        }
        return count;
    }

    void end() {
        ended = true;
        readable.wakeAll();
        writable.wakeAll();
    }

    void closeReader() {
        readerClosed = true;
        readable.wakeAll();
        writable.wakeAll();
    }
}
