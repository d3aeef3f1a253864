package dev.faultline.guest.kvm.machine;

import dev.faultline.migration.guest.GuestException;
import dev.faultline.uffd.internal.linux.LibC;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * The thread of a vCPU. It is started once and runs its vCPU whenever it may.
 *
 * <pre>
 *            start            touched all           stop               left the guest
 * STOPPED ──────────▶ SETTLING ──────────▶ RUNNING ──────▶ STOPPING ──────────────────▶ STOPPED
 *    ▲                   │ stop              ▲                │ keepRunning
 *    └───────────────────┘                   └────────────────┘
 * </pre>
 *
 * <p>FAILED is reached from RUNNING and STOPPING, ENDED from STOPPED and FAILED. The thread itself leaves RUNNING and
 * STOPPING; all other steps are compare-and-set by whoever asks. A thread that is still settling for an earlier start
 * when it is started again goes on with that: settling once is enough.
 */
final class VcpuThread implements RunPermit {
    private static final long FIRST_KICK_NANOS = TimeUnit.MILLISECONDS.toNanos(1);
    private static final long LAST_KICK_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

    private enum Phase {
        STOPPED,
        SETTLING,
        RUNNING,
        STOPPING,
        FAILED,
        ENDED
    }

    private final AtomicReference<Phase> phase = new AtomicReference<>(Phase.STOPPED);
    private final GuestCpu cpu;
    private final Throttle throttle;
    private final Thread thread;
    private volatile int threadId;
    private volatile @Nullable String failure;
    private volatile @Nullable Thread waiter;

    VcpuThread(String name, GuestCpu cpu, Throttle throttle) {
        this.cpu = cpu;
        this.throttle = throttle;
        thread = Thread.ofPlatform().daemon().name(name).unstarted(this::live);
        thread.start();
    }

    /** {@return why it will not run any more} */
    @Nullable
    String failure() {
        return failure;
    }

    void start() {
        if (phase.compareAndSet(Phase.STOPPED, Phase.SETTLING)) {
            LockSupport.unpark(thread);
        }
    }

    /** Asks it to stop, and returns at once. */
    void stop() {
        if (phase.compareAndSet(Phase.SETTLING, Phase.STOPPED)) {
            return;
        }
        if (phase.compareAndSet(Phase.RUNNING, Phase.STOPPING)) {
            kick();
        }
    }

    /** {@return whether it has stopped by then} */
    boolean awaitStopped(long deadlineNanos) {
        waiter = Thread.currentThread();
        long interval = FIRST_KICK_NANOS;
        long nextKick = System.nanoTime() + interval;
        while (phase.get() == Phase.STOPPING) {
            long now = System.nanoTime();
            if (now - deadlineNanos >= 0) {
                return false;
            }
            if (now - nextKick >= 0) {
                kick();
                interval = Math.min(interval * 2, LAST_KICK_NANOS);
                nextKick = now + interval;
            }
            LockSupport.parkNanos(this, nextKick - now);
        }
        return true;
    }

    /** Takes a request to stop back. */
    void keepRunning() {
        if (!phase.compareAndSet(Phase.STOPPING, Phase.RUNNING)) {
            start();
        }
    }

    /** Ends the thread, which has stopped. */
    void end() {
        phase.set(Phase.ENDED);
        LockSupport.unpark(thread);
    }

    /** {@return whether it has ended by then} */
    boolean awaitEnded(long deadlineNanos) {
        try {
            return thread.join(Duration.ofNanos(Math.max(1, deadlineNanos - System.nanoTime())));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /** Makes it see that it is throttled. */
    void kickIfRunning() {
        if (isRunning()) {
            kick();
        }
    }

    private void kick() {
        cpu.kick(threadId);
        LockSupport.unpark(thread);
    }

    @Override
    public boolean granted() {
        return isRunning() && throttle.restNanos(System.nanoTime()) == 0;
    }

    private boolean isRunning() {
        return phase.get() == Phase.RUNNING;
    }

    @Override
    public void restUntil(long untilNanos) {
        for (long left = untilNanos - System.nanoTime();
                left > 0 && isRunning();
                left = untilNanos - System.nanoTime()) {
            LockSupport.parkNanos(this, left);
        }
    }

    private void restWhileThrottled() {
        for (long left = throttle.restNanos(System.nanoTime());
                left > 0 && isRunning();
                left = throttle.restNanos(System.nanoTime())) {
            LockSupport.parkNanos(this, left);
        }
    }

    private void live() {
        threadId = LibC.gettid();
        while (phase.get() != Phase.ENDED) {
            if (phase.get() == Phase.SETTLING) {
                cpu.settle();
                if (phase.compareAndSet(Phase.SETTLING, Phase.RUNNING)) {
                    runUntilStopped();
                }
            } else {
                LockSupport.park(this);
            }
        }
    }

    private void runUntilStopped() {
        try {
            do {
                restWhileThrottled();
                cpu.run(this);
            } while (!phase.compareAndSet(Phase.STOPPING, Phase.STOPPED));
        } catch (GuestException e) {
            fail(e.getMessage());
        } catch (RuntimeException | Error e) {
            fail(thread.getName() + " ended with " + e);
            throw e;
        } finally {
            LockSupport.unpark(waiter);
        }
    }

    private void fail(@Nullable String reason) {
        failure = reason;
        phase.set(Phase.FAILED);
    }
}
