package dev.faultline.uffd.paged;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;

/** A source that keeps pages in Java's heap. What was never stored is filled with numbers that tell their place. */
final class KeptPages implements PageSource {
    final AtomicInteger loads = new AtomicInteger();
    final AtomicInteger stores = new AtomicInteger();
    /** Loading these pages, by offset, fails. */
    final Map<Long, IOException> broken = new ConcurrentHashMap<>();
    /** Storing these pages fails. */
    final Map<Long, IOException> unstorable = new ConcurrentHashMap<>();
    /** Loading these pages waits; the first of the pair tells that it does. */
    final Map<Long, Gate> gates = new ConcurrentHashMap<>();

    /** Storing these pages waits. */
    final Map<Long, Gate> storeGates = new ConcurrentHashMap<>();

    private final Map<Long, byte[]> kept = new ConcurrentHashMap<>();

    /** Where a load waits until it is let through. */
    record Gate(CountDownLatch reached, CountDownLatch open) {
        static Gate closed() {
            return new Gate(new CountDownLatch(1), new CountDownLatch(1));
        }

        void pass() {
            reached.countDown();
            try {
                open.await();
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
        }
    }

    /** Lets everybody through, so that a test that fails does not hang. */
    void openAll() {
        gates.values().forEach(gate -> gate.open().countDown());
        storeGates.values().forEach(gate -> gate.open().countDown());
    }

    static long word(long offset) {
        return (offset + 8) * 0x9E3779B97F4A7C15L;
    }

    @Override
    public void load(long offset, MemorySegment page) throws IOException {
        loads.incrementAndGet();
        Gate gate = gates.get(offset);
        if (gate != null) {
            gate.pass();
        }
        if (page.get(JAVA_LONG, 0) != 0 || page.get(JAVA_LONG, page.byteSize() - 8) != 0) {
            throw new IOException("the page is not of zeros");
        }
        byte[] known = kept.get(offset);
        if (known != null) {
            MemorySegment.copy(known, 0, page, JAVA_BYTE, 0, known.length);
        } else {
            for (long i = 0; i < page.byteSize(); i += Long.BYTES) {
                page.set(JAVA_LONG, i, word(offset + i));
            }
        }
        IOException failure = broken.get(offset);
        if (failure != null) {
            throw failure;
        }
    }

    @Override
    public void store(long offset, MemorySegment page) throws IOException {
        stores.incrementAndGet();
        IOException failure = unstorable.get(offset);
        if (failure != null) {
            throw failure;
        }
        kept.put(offset, page.toArray(JAVA_BYTE));
        Gate gate = storeGates.get(offset);
        if (gate != null) {
            gate.pass();
        }
    }

    /** {@return a number of a page that was stored} */
    long stored(long offset, int at) {
        byte[] page = kept.get(offset);
        if (page == null) {
            throw new AssertionError("no page was stored from offset " + offset);
        }
        return MemorySegment.ofArray(page).get(JAVA_LONG.withByteAlignment(1), at);
    }
}
