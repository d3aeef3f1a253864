package dev.faultline.simulation.network;

import dev.faultline.model.VirtualCondition;
import dev.faultline.model.VirtualTime;
import dev.faultline.simulation.world.World;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousCloseException;
import java.util.ArrayDeque;
import java.util.Deque;

/** One direction of a connection: bytes in order, in pieces that arrive some time after they were sent. */
final class Pipe {
    private static final long NEVER = Long.MAX_VALUE;
    private static final int MAX_PIECE_BYTES = 1 << 16;
    /** One read in how many takes less than there is. */
    private static final int SHORT_READS = 6;

    private static final class Piece {
        private final ByteBuffer bytes;
        private long arrivalNanos;

        Piece(ByteBuffer bytes, long arrivalNanos) {
            this.bytes = bytes;
            this.arrivalNanos = arrivalNanos;
        }
    }

    private final World world;
    private final Wire wire;
    private final Deque<Piece> pieces = new ArrayDeque<>();
    private final VirtualCondition readable;
    private final VirtualCondition writable;
    private int pendingBytes;
    private long lastArrivalNanos;
    private long stalledUntilNanos;
    private long endsAtNanos = NEVER;
    private long brokenAtNanos = NEVER;
    private boolean broken;
    private boolean writerClosed;
    private boolean readerClosed;
    private long readerGoneAtNanos = NEVER;

    Pipe(World world, Wire wire) {
        this.world = world;
        this.wire = wire;
        readable = world.time().newCondition();
        writable = world.time().newCondition();
    }

    void write(ByteBuffer source) throws IOException {
        while (source.hasRemaining()) {
            int wanted = Math.min(source.remaining(), Math.max(1, wire.windowBytes() / 2));
            writable.await(() -> hasRoom(wanted) || cannotWrite(), VirtualTime.FOREVER);
            requireWritable();
            int room = Math.min(MAX_PIECE_BYTES, Math.max(1, wire.windowBytes() - pendingBytes));
            int count = Math.min(source.remaining(), room);
            ByteBuffer bytes = ByteBuffer.allocate(count);
            bytes.put(source.slice(source.position(), count)).flip();
            source.position(source.position() + count);
            if (!readerClosed) {
                pieces.add(new Piece(bytes, nextArrivalNanos(count)));
                pendingBytes += count;
                readable.wakeAll();
            }
        }
    }

    /** A writer waits for much room rather than fill little again and again. */
    private boolean hasRoom(int bytes) {
        return readerClosed || wire.windowBytes() - pendingBytes >= bytes;
    }

    private boolean cannotWrite() {
        return writerClosed || broken;
    }

    private void requireWritable() throws IOException {
        if (writerClosed) {
            throw new AsynchronousCloseException();
        }
        if (broken) {
            throw new IOException("Connection reset by peer");
        }
        if (world.nanoTime() >= readerGoneAtNanos) {
            throw new IOException("Broken pipe");
        }
    }

    private long nextArrivalNanos(int bytes) {
        lastArrivalNanos = Math.max(Math.max(lastArrivalNanos, stalledUntilNanos), wire.arrivalNanos(bytes));
        return lastArrivalNanos;
    }

    int read(ByteBuffer target) throws IOException {
        while (true) {
            long next = nextEventNanos();
            long now = world.nanoTime();
            if (next > now) {
                readable.await(() -> nextEventNanos() != next, next == NEVER ? VirtualTime.FOREVER : next - now);
                continue;
            }
            if (readerClosed) {
                throw new AsynchronousCloseException();
            }
            Piece piece = pieces.peek();
            if (piece != null) {
                return take(piece, target);
            }
            if (broken) {
                throw new IOException("Connection reset");
            }
            return -1;
        }
    }

    private long nextEventNanos() {
        if (readerClosed) {
            return 0;
        }
        Piece piece = pieces.peek();
        return piece != null ? piece.arrivalNanos : Math.min(endsAtNanos, brokenAtNanos);
    }

    private int take(Piece piece, ByteBuffer target) {
        int count = Math.min(piece.bytes.remaining(), target.remaining());
        if (count > 1 && world.random().nextInt(SHORT_READS) == 0) {
            count = 1 + world.random().nextInt(count - 1);
        }
        target.put(piece.bytes.slice(piece.bytes.position(), count));
        piece.bytes.position(piece.bytes.position() + count);
        if (!piece.bytes.hasRemaining()) {
            pieces.remove();
        }
        pendingBytes -= count;
        writable.wakeAll();
        return count;
    }

    /** No more bytes come; those before still arrive. */
    void end() {
        if (endsAtNanos == NEVER) {
            endsAtNanos = nextArrivalNanos(1);
            readable.wakeAll();
        }
    }

    /** The writer's end was closed, from its side. */
    void closeWriter() {
        writerClosed = true;
        writable.wakeAll();
        end();
    }

    /** The reader's end was closed, from its side. {@return whether something was unread} */
    boolean closeReader() {
        boolean unread = !pieces.isEmpty();
        readerClosed = true;
        pieces.clear();
        pendingBytes = 0;
        if (readerGoneAtNanos == NEVER) {
            readerGoneAtNanos = wire.arrivalNanos(1);
        }
        readable.wakeAll();
        writable.wakeAll();
        return unread;
    }

    /** The connection is gone. Of the bytes on their way the first few arrive, as many as chance will have. */
    void breakOff() {
        if (broken) {
            return;
        }
        broken = true;
        int kept = pendingBytes == 0 ? 0 : world.random().nextInt(pendingBytes + 1);
        keep(kept);
        brokenAtNanos = Math.max(world.nanoTime(), pieces.isEmpty() ? 0 : pieces.getLast().arrivalNanos);
        readable.wakeAll();
        writable.wakeAll();
    }

    private void keep(int bytes) {
        int left = bytes;
        for (Piece piece : pieces) {
            int count = Math.min(left, piece.bytes.remaining());
            piece.bytes.limit(piece.bytes.position() + count);
            left -= count;
        }
        pieces.removeIf(piece -> !piece.bytes.hasRemaining());
        pendingBytes = bytes;
    }

    /** Nothing of this connection arrives before some time, what is on its way included. */
    void stall(long untilNanos) {
        stalledUntilNanos = Math.max(stalledUntilNanos, untilNanos);
        for (Piece piece : pieces) {
            if (piece.arrivalNanos > world.nanoTime()) {
                piece.arrivalNanos = Math.max(piece.arrivalNanos, untilNanos);
                lastArrivalNanos = Math.max(lastArrivalNanos, piece.arrivalNanos);
            }
        }
        if (endsAtNanos != NEVER && endsAtNanos > world.nanoTime()) {
            endsAtNanos = Math.max(endsAtNanos, untilNanos);
        }
    }

    boolean isBroken() {
        return broken;
    }
}
