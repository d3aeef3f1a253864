package dev.faultline.model.schedule;

import java.util.concurrent.locks.Condition;
import org.jspecify.annotations.Nullable;

/** One wait of one task: from {@link Turns#sleep} to {@link Turns#wake}. The kernel's entry in a wait queue. */
public final class Sleeper {
    /** What is waited for. */
    public enum Reason {
        /** That a userfaultfd resolves a page fault. */
        FAULT,
        /** That an event is read. */
        EVENT,
        /** That there is something to read. */
        READ,
        /** That a fill has ended, to change the address space. */
        LOCK,
        /** Something that is not the kernel's: of a task of a simulation. */
        OTHER
    }

    /** No time limit. */
    public static final long FOREVER = -1;

    private final Reason reason;
    private final long timeoutNanos;
    private boolean awake;
    private boolean timedOut;

    @Nullable
    Task task;

    @Nullable
    Condition condition;

    long deadline;

    public Sleeper(Reason reason, long timeoutNanos) {
        this.reason = reason;
        this.timeoutNanos = timeoutNanos;
    }

    public Sleeper(Reason reason) {
        this(reason, FOREVER);
    }

    public Reason reason() {
        return reason;
    }

    /** {@return whether it was the time that ended the wait} */
    public boolean timedOut() {
        return timedOut;
    }

    boolean isTimed() {
        return timeoutNanos >= 0;
    }

    long timeoutNanos() {
        return timeoutNanos;
    }

    boolean isAwake() {
        return awake;
    }

    void awaken() {
        awake = true;
    }

    void timeOut() {
        awake = true;
        timedOut = true;
    }
}
