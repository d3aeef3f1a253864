package dev.faultline.uffd.paged;

import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * What each page is, in a word: absent, busy (one thread loads or evicts it), or resident, with the number of its pins,
 * of the threads that are mapping it for native code this very moment, and whether it was changed. A pin is a compare-and-set of its page's word, and nothing that the users of different pages
 * share. Whoever makes a page busy ends that, and wakes those who wait.
 */
final class PageTable {
    private static final int ABSENT = -1;
    private static final int BUSY = -2;
    private static final int CLOSED = -3;
    private static final int PIN = 1;
    private static final int MAPPING = 1 << 20;
    private static final int DIRTY = 1 << 30;
    private static final int PINS = MAPPING - 1;
    private static final int MAPPINGS = DIRTY - MAPPING;

    /** What became of a claim. */
    enum Claim {
        REFUSED,
        CLEAN,
        CHANGED
    }

    private final AtomicIntegerArray words;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private volatile boolean closing;

    PageTable(int pages) {
        words = new AtomicIntegerArray(pages);
        for (int page = 0; page < pages; page++) {
            words.set(page, ABSENT);
        }
    }

    /** {@return whether the page was resident, and will be until it is unpinned} */
    boolean tryPin(int page) {
        return tryAdd(page, PIN);
    }

    /** {@return whether the page was resident, and will be until the mapping ends, which others wait for} */
    boolean tryBeginMapping(int page) {
        return tryAdd(page, MAPPING);
    }

    private boolean tryAdd(int page, int what) {
        int word = words.get(page);
        while (word >= 0) {
            if (words.compareAndSet(page, word, word + what)) {
                return true;
            }
            word = words.get(page);
        }
        return false;
    }

    void unpin(int page, boolean dirty) {
        words.updateAndGet(page, word -> dirty ? (word - PIN) | DIRTY : word - PIN);
        if (closing) {
            signal();
        }
    }

    void endMapping(int page) {
        words.addAndGet(page, -MAPPING);
        signal();
    }

    /** {@return whether the page was absent and is now busy with the caller} */
    boolean claimAbsent(int page) {
        return words.compareAndSet(page, ABSENT, BUSY);
    }

    /** {@return unless it is refused, the page was resident and not pinned, and is now busy with the caller} */
    Claim claimIdle(int page) {
        lock.lock();
        try {
            while (true) {
                int word = words.get(page);
                if (word < 0 || (word & PINS) != 0) {
                    return Claim.REFUSED;
                }
                if ((word & MAPPINGS) != 0) {
                    changed.awaitUninterruptibly();
                } else if (words.compareAndSet(page, word, BUSY)) {
                    return word == DIRTY ? Claim.CHANGED : Claim.CLEAN;
                }
            }
        } finally {
            lock.unlock();
        }
    }

    /** Ends the caller's business: the page is resident. */
    void release(int page, Claim what) {
        words.set(page, what == Claim.CHANGED ? DIRTY : 0);
        signal();
    }

    /** Ends the caller's business: the page is resident, and pinned for the caller. */
    void releasePinned(int page) {
        words.set(page, PIN);
        signal();
    }

    /** Ends the caller's business: the page is resident, and the caller is mapping it. */
    void releaseMapping(int page) {
        words.set(page, MAPPING);
        signal();
    }

    /** Ends the caller's business: the page is absent. */
    void releaseAbsent(int page) {
        words.set(page, ABSENT);
        signal();
    }

    void markDirty(int page) {
        words.getAndUpdate(page, word -> word | DIRTY);
    }

    /** {@return whether a page, which the caller has pinned, was dirty until now} */
    boolean clearDirty(int page) {
        return (words.getAndUpdate(page, word -> word & ~DIRTY) & DIRTY) != 0;
    }

    boolean isResident(int page) {
        return words.get(page) >= 0;
    }

    /** Waits while the page is busy. */
    void awaitIdle(int page) {
        lock.lock();
        try {
            while (words.get(page) == BUSY) {
                changed.awaitUninterruptibly();
            }
        } finally {
            lock.unlock();
        }
    }

    void requireOpen() {
        if (closing) {
            throw new IllegalStateException("this region was closed");
        }
    }

    /** Waits until no page is pinned or busy, and lets none become that again. */
    void close() {
        closing = true;
        lock.lock();
        try {
            for (int page = 0; page < words.length(); page++) {
                while (!closeIfIdle(page)) {
                    changed.awaitUninterruptibly();
                }
            }
        } finally {
            lock.unlock();
        }
    }

    private boolean closeIfIdle(int page) {
        int word = words.get(page);
        boolean idle = word == ABSENT || word == 0 || word == DIRTY;
        return word == CLOSED || (idle && words.compareAndSet(page, word, CLOSED));
    }

    private void signal() {
        lock.lock();
        try {
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }
}
