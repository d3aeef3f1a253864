package dev.faultline.benchmarks.collection;

import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** A thread that makes garbage at a rate, in little pieces. */
final class Garbage implements AutoCloseable {
    private static final long MILLI_NANOS = 1_000_000;
    private static final int PIECE_BYTES = 1024;

    private final int bytesPerMilli;
    private final Thread thread;
    private volatile boolean closed;

    /** The last piece, so that none can be left out. */
    @SuppressWarnings("UnusedVariable") // it is written only
    private volatile byte @Nullable [] piece;

    Garbage(int bytesPerMilli) {
        this.bytesPerMilli = bytesPerMilli;
        thread = Thread.ofPlatform().daemon().name("garbage").start(this::run);
    }

    private void run() {
        long next = System.nanoTime();
        while (!closed) {
            for (int made = 0; made < bytesPerMilli; made += PIECE_BYTES) {
                piece = new byte[PIECE_BYTES];
            }
            next += MILLI_NANOS;
            LockSupport.parkNanos(Math.max(0, next - System.nanoTime()));
        }
    }

    @Override
    public void close() {
        closed = true;
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
