package dev.faultline.guest.kvm.machine;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Takes a part of every vCPU's time: the first part of each period, the same for all of them. A thread of its own gets
 * the vCPUs out of the guest when a period begins; they go back when their rest is over.
 */
final class Throttle {
    /** The largest part that can be taken: beyond it a guest would not live on. */
    static final int MAX_PERCENT = 99;

    private static final long PERIOD_NANOS = TimeUnit.MILLISECONDS.toNanos(10);
    private static final int WHOLE_PERCENT = 100;

    private final Runnable kickAll;
    private final Object starting = new Object();
    private @Nullable Thread ticker;
    private volatile int percent;
    private volatile boolean ended;

    /** Makes one that takes nothing. */
    Throttle(Runnable kickAll) {
        this.kickAll = kickAll;
    }

    /** From now on takes so much of the time. */
    void set(int newPercent) {
        percent = newPercent;
        synchronized (starting) {
            if (newPercent > 0 && ticker == null && !ended) {
                ticker = Thread.ofPlatform().daemon().name("vcpu-throttle").start(this::tick);
            }
            LockSupport.unpark(ticker);
        }
    }

    /** {@return how much longer a vCPU is to rest} */
    long restNanos(long nowNanos) {
        int taken = percent;
        if (taken == 0) {
            return 0;
        }
        return Math.max(0, PERIOD_NANOS * taken / WHOLE_PERCENT - Math.floorMod(nowNanos, PERIOD_NANOS));
    }

    private void tick() {
        while (!ended) {
            if (percent == 0) {
                LockSupport.park(this);
                continue;
            }
            kickAll.run();
            long now = System.nanoTime();
            long nextNanos = now + PERIOD_NANOS - Math.floorMod(now, PERIOD_NANOS);
            for (long left = nextNanos - now; left > 0 && percent > 0; left = nextNanos - System.nanoTime()) {
                LockSupport.parkNanos(this, left);
            }
        }
    }

    /** Kicks nobody any more when this returns. */
    void end() {
        Thread running;
        synchronized (starting) {
            ended = true;
            percent = 0;
            running = ticker;
        }
        LockSupport.unpark(running);
        boolean interrupted = false;
        while (running != null && running.isAlive()) {
            try {
                running.join();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
