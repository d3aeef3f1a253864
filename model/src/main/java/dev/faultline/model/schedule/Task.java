package dev.faultline.model.schedule;

import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;

/** Something that runs beside other things: a thread of its own, which may have to wait for its turn. */
public final class Task {
    private final int number;
    private final String name;
    private final @Nullable TaskGroup group;
    final Semaphore turn = new Semaphore(0);
    /** The progress of the others at which its time limit last ended a wait; see {@link SeededTurns}. */
    long timedOutAt = -1;

    private volatile boolean done;
    private volatile @Nullable Sleeper sleeper;

    /** In how many calls of the kernel it is, one within the other. */
    int kernelDepth;

    Task(int number, String name, @Nullable TaskGroup group) {
        this.number = number;
        this.name = name;
        this.group = group;
    }

    boolean isCondemned() {
        return group != null && group.isCondemned();
    }

    int number() {
        return number;
    }

    public String name() {
        return name;
    }

    public boolean isDone() {
        return done;
    }

    /** {@return what it waits for, or null if it runs, could run, or has ended} */
    public Sleeper.@Nullable Reason blockedIn() {
        Sleeper current = sleeper;
        return current == null ? null : current.reason();
    }

    void sleepIn(@Nullable Sleeper newSleeper) {
        sleeper = newSleeper;
    }

    void finish() {
        done = true;
    }
}
