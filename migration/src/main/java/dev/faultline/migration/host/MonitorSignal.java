package dev.faultline.migration.host;

import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;

/** A signal for threads. */
final class MonitorSignal implements Signal {
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition raised = lock.newCondition();

    @Override
    public boolean await(BooleanSupplier until, long timeoutNanos) throws InterruptedException {
        if (until.getAsBoolean()) {
            return true;
        }
        lock.lockInterruptibly();
        try {
            long leftNanos = timeoutNanos;
            while (!until.getAsBoolean()) {
                if (leftNanos <= 0) {
                    return false;
                }
                leftNanos = raised.awaitNanos(leftNanos);
            }
            return true;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void raise() {
        lock.lock();
        try {
            raised.signalAll();
        } finally {
            lock.unlock();
        }
    }
}
