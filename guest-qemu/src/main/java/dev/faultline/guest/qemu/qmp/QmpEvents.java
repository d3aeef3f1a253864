package dev.faultline.guest.qemu.qmp;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Predicate;

/** The last events of a connection. Who waits for one says from which number on, so that none is missed or seen twice. */
final class QmpEvents {
    private static final int MOST = 1024;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final Deque<QmpEvent> events = new ArrayDeque<>();
    private long last;
    private boolean ended;

    /** {@return the number of the last event so far} */
    long mark() {
        lock.lock();
        try {
            return last;
        } finally {
            lock.unlock();
        }
    }

    long nextNumber() {
        return mark() + 1;
    }

    /** Called by the one thread that reads. */
    void add(QmpEvent event) {
        lock.lock();
        try {
            if (events.size() == MOST) {
                events.removeFirst();
            }
            events.addLast(event);
            last = event.number();
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** No event will come any more: nobody needs to wait. */
    void end() {
        lock.lock();
        try {
            ended = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** {@return the last event so far after the mark that fits} */
    Optional<QmpEvent> last(long mark, Predicate<QmpEvent> wanted) {
        lock.lock();
        try {
            QmpEvent found = null;
            for (QmpEvent event : events) {
                if (event.number() > mark && wanted.test(event)) {
                    found = event;
                }
            }
            return Optional.ofNullable(found);
        } finally {
            lock.unlock();
        }
    }

    /** {@return the first event after the mark that fits, or nothing when the time is up or the connection has ended} */
    Optional<QmpEvent> await(long mark, Predicate<QmpEvent> wanted, long timeoutNanos) {
        lock.lock();
        try {
            long leftNanos = timeoutNanos;
            while (true) {
                Optional<QmpEvent> found = events.stream()
                        .filter(event -> event.number() > mark && wanted.test(event))
                        .findFirst();
                if (found.isPresent() || ended || leftNanos <= 0) {
                    return found;
                }
                leftNanos = changed.awaitNanos(leftNanos);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Optional.empty();
        } finally {
            lock.unlock();
        }
    }
}
