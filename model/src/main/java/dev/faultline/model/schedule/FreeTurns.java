package dev.faultline.model.schedule;

import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/** Real threads under one lock. The order in which they go is the machine's. */
public final class FreeTurns implements Turns {
    private static final ThreadLocal<Task> CURRENT = new ThreadLocal<>();

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition quiet = lock.newCondition();
    private int started;
    private int going;
    private int unfinished;

    @Override
    public void enter(String what) {
        lock.lock();
    }

    @Override
    public void exit() {
        lock.unlock();
    }

    @Override
    public void point(String what) {
        lock.unlock();
        lock.lock();
    }

    @Override
    public void sleep(Sleeper sleeper) {
        Condition condition = lock.newCondition();
        sleeper.condition = condition;
        Task task = CURRENT.get();
        sleeper.task = task;
        if (task != null) {
            task.sleepIn(sleeper);
            standStill();
        }
        if (sleeper.isTimed()) {
            awaitInTime(sleeper, condition);
        } else {
            while (!sleeper.isAwake()) {
                condition.awaitUninterruptibly();
            }
        }
    }

    /** An interrupt of the Java thread ends the wait as the time does, and stays pending. */
    private void awaitInTime(Sleeper sleeper, Condition condition) {
        long nanosLeft = sleeper.timeoutNanos();
        try {
            while (!sleeper.isAwake() && nanosLeft > 0) {
                nanosLeft = condition.awaitNanos(nanosLeft);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        if (!sleeper.isAwake()) {
            endByTime(sleeper);
        }
    }

    private void endByTime(Sleeper sleeper) {
        sleeper.timeOut();
        goOn(sleeper.task);
    }

    @Override
    public void wake(Sleeper sleeper) {
        Condition condition = sleeper.condition;
        if (!sleeper.isAwake() && condition != null) {
            sleeper.awaken();
            goOn(sleeper.task);
            condition.signal();
        }
    }

    private void goOn(@Nullable Task task) {
        if (task != null) {
            task.sleepIn(null);
            going++;
        }
    }

    private void standStill() {
        going--;
        if (going == 0) {
            quiet.signalAll();
        }
    }

    @Override
    public Task create(String name) {
        lock.lock();
        try {
            return new Task(++started, name, null);
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void start(Task task, Runnable body) {
        lock.lock();
        try {
            going++;
            unfinished++;
            Thread.ofVirtual().name(task.name()).start(() -> run(task, body));
        } finally {
            lock.unlock();
        }
    }

    private void run(Task task, Runnable body) {
        CURRENT.set(task);
        try {
            body.run();
        } finally {
            lock.lock();
            try {
                task.finish();
                unfinished--;
                standStill();
            } finally {
                lock.unlock();
            }
        }
    }

    @Override
    public boolean settle() {
        lock.lock();
        try {
            while (going > 0) {
                quiet.awaitUninterruptibly();
            }
            return unfinished == 0;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public @Nullable Task current() {
        return CURRENT.get();
    }
}
