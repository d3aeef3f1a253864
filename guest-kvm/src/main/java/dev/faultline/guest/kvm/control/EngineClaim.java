package dev.faultline.guest.kvm.control;

import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Which connection's engine has the guest: one at a time, until that connection closes. The end of a claim ends the
 * throttling and changes nothing else. A guest that its engine paused stays paused, because a hand-over may be in doubt: whether it may run here
 * again is for the next engine to find out.
 */
final class EngineClaim {
    /** How long a new engine waits for the one before, whose end may just not have been noticed yet. */
    private static final long END_NOTICE_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition ended = lock.newCondition();
    private final Runnable onEnd;
    private @Nullable ControlSession engine;

    /** Makes one that nobody has; what is run when one ends waits for nothing. */
    EngineClaim(Runnable onEnd) {
        this.onEnd = onEnd;
    }

    void take(ControlSession session) {
        lock.lock();
        try {
            long leftNanos = END_NOTICE_NANOS;
            while (engine != null && engine != session && leftNanos > 0) {
                leftNanos = ended.awaitNanos(leftNanos);
            }
            if (engine != null) {
                throw engine == session
                        ? new RefusedException(ErrorClass.WRONG_STATE, "this connection has attached already")
                        : busy(engine);
            }
            if (session.isOver()) {
                throw new RefusedException(ErrorClass.FAILED, "the connection closed while it attached");
            }
            engine = session;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new RefusedException(ErrorClass.FAILED, "the guest process is ending");
        } finally {
            lock.unlock();
        }
    }

    /** Ends the session's claim, if it has it. To be called after {@link ControlSession#isOver()} has become true. */
    void end(ControlSession session) {
        lock.lock();
        try {
            if (engine == session) {
                engine = null;
                onEnd.run();
                ended.signalAll();
            }
        } finally {
            lock.unlock();
        }
    }

    /** Throws unless the session may change the guest: no engine is attached, or it is the engine's. */
    void checkMayChange(ControlSession session) {
        lock.lock();
        try {
            if (engine != null && engine != session) {
                throw busy(engine);
            }
        } finally {
            lock.unlock();
        }
    }

    /** Throws unless the session is the engine's. */
    void checkIsEngine(ControlSession session) {
        checkMayChange(session);
        lock.lock();
        try {
            if (engine == null) {
                throw new RefusedException(
                        ErrorClass.WRONG_STATE, "throttle needs an attached engine: it ends with the attachment");
            }
        } finally {
            lock.unlock();
        }
    }

    OptionalLong processId() {
        lock.lock();
        try {
            return engine == null ? OptionalLong.empty() : OptionalLong.of(engine.peerProcessId());
        } finally {
            lock.unlock();
        }
    }

    private static RefusedException busy(ControlSession engine) {
        return new RefusedException(
                ErrorClass.BUSY, "the engine of process " + engine.peerProcessId() + " is attached to this guest");
    }
}
