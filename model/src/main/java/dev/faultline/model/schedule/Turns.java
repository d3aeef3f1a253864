package dev.faultline.model.schedule;

import org.jspecify.annotations.Nullable;

/**
 * The kernel's lock and its scheduler in one. Whoever is between {@link #enter} and {@link #exit} has the kernel to
 * itself, but for the points at which it offers the turn to others, and while it sleeps.
 */
public sealed interface Turns permits FreeTurns, SeededTurns {
    /**
     * Begins a call of the kernel; others may go first.
     *
     * @param what the call, for the trace
     */
    void enter(String what);

    /** Ends the call. */
    void exit();

    /**
     * Offers the turn to others, between two steps of a call.
     *
     * @param what the next step, for the trace
     */
    void point(String what);

    /**
     * Waits. Others have the kernel meanwhile.
     *
     * @throws IllegalStateException if nothing is left that could end the wait
     */
    void sleep(Sleeper sleeper);

    /** Ends a wait; does nothing if it has ended. */
    void wake(Sleeper sleeper);

    /** {@return a new task, to be started} */
    Task create(String name);

    /** Starts a task, which takes its first turn when it gets one. */
    void start(Task task, Runnable body);

    /** Lets the tasks go on until each has ended or waits. {@return whether each has ended} */
    boolean settle();

    /** {@return the task that calls, or null if it is none of those started here} */
    @Nullable
    Task current();
}
