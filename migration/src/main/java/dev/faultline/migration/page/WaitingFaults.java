package dev.faultline.migration.page;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLongArray;

/**
 * The pages that threads of the guest wait for, with the time since when. A page stands here once, however many threads
 * wait. Few pages wait at a time (one for each blocked thread at most), so a scan over the used slots is the fastest
 * look-up; nothing is allocated and nobody is locked out.
 *
 * <p>The fault's reader adds a page and then looks at its state; the page's writer sets the state and then looks here.
 * So at least one of the two sees the other, and answers.
 */
public final class WaitingFaults {
    private static final long FREE = -1;
    private static final int CAPACITY = 4096;

    private final AtomicLongArray keys = new AtomicLongArray(CAPACITY);
    private final AtomicLongArray sinceNanos = new AtomicLongArray(CAPACITY);
    private final AtomicInteger used = new AtomicInteger();

    public WaitingFaults() {
        for (int i = 0; i < CAPACITY; i++) {
            keys.set(i, FREE);
        }
    }

    /** {@return the key of a page} */
    public static long key(int region, int page) {
        return (long) region << 32 | page;
    }

    public static int region(long key) {
        return (int) (key >> 32);
    }

    public static int page(long key) {
        return (int) key;
    }

    /**
     * Adds a page. Only the reader of faults adds.
     *
     * @return whether it was not there
     */
    public boolean add(long key, long nowNanos) {
        if (contains(key)) {
            return false;
        }
        for (int i = 0; i < CAPACITY; i++) {
            if (keys.get(i) == FREE) {
                sinceNanos.set(i, nowNanos);
                keys.set(i, key);
                used.accumulateAndGet(i + 1, Math::max);
                return true;
            }
        }
        throw new IllegalStateException("more than " + CAPACITY + " pages are waited for at once");
    }

    /** {@return whether no page is waited for} */
    public boolean isEmpty() {
        for (int i = used.get() - 1; i >= 0; i--) {
            if (keys.get(i) != FREE) {
                return false;
            }
        }
        return true;
    }

    public boolean contains(long key) {
        for (int i = used.get() - 1; i >= 0; i--) {
            if (keys.get(i) == key) {
                return true;
            }
        }
        return false;
    }

    /** {@return since when the page is waited for, having taken it away; or -1 if it was not here} */
    public long remove(long key) {
        for (int i = used.get() - 1; i >= 0; i--) {
            if (keys.get(i) == key) {
                long since = sinceNanos.get(i);
                if (keys.compareAndSet(i, key, FREE)) {
                    return since;
                }
            }
        }
        return -1;
    }

    /** Receives waiting pages. */
    @FunctionalInterface
    public interface Visitor {
        void visit(long key);
    }

    /** Shows every page that is waited for. */
    public void forEach(Visitor visitor) {
        for (int i = used.get() - 1; i >= 0; i--) {
            long key = keys.get(i);
            if (key != FREE) {
                visitor.visit(key);
            }
        }
    }

    /** {@return for how long the oldest one has waited, 0 if none waits} */
    public long oldestAgeNanos(long nowNanos) {
        long oldest = 0;
        for (int i = used.get() - 1; i >= 0; i--) {
            if (keys.get(i) != FREE) {
                oldest = Math.max(oldest, nowNanos - sinceNanos.get(i));
            }
        }
        return oldest;
    }
}
