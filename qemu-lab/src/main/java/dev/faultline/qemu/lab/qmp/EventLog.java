package dev.faultline.qemu.lab.qmp;

import dev.faultline.qemu.lab.host.LabException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;

/** Events in their order, and waiting for one. */
final class EventLog {
    private final Lock lock = new ReentrantLock();
    private final Condition added = lock.newCondition();
    private final List<QmpEvent> events = new ArrayList<>();

    void add(QmpEvent event) {
        lock.lock();
        try {
            events.add(event);
            added.signalAll();
        } finally {
            lock.unlock();
        }
    }

    List<QmpEvent> all() {
        lock.lock();
        try {
            return List.copyOf(events);
        } finally {
            lock.unlock();
        }
    }

    Optional<QmpEvent> first(String name, long sinceMicros) {
        return all().stream()
                .filter(event -> event.name().equals(name) && event.timestampMicros() >= sinceMicros)
                .findFirst();
    }

    QmpEvent await(String name, long sinceMicros, Duration atMost) {
        long leftNanos = atMost.toNanos();
        lock.lock();
        try {
            while (true) {
                Optional<QmpEvent> found = first(name, sinceMicros);
                if (found.isPresent()) {
                    return found.get();
                }
                if (leftNanos <= 0) {
                    throw new LabException("no event " + name + " in " + atMost + ", but " + events);
                }
                leftNanos = added.awaitNanos(leftNanos);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new LabException("interrupted while waiting for an event", e);
        } finally {
            lock.unlock();
        }
    }
}
