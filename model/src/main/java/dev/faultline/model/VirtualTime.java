package dev.faultline.model;

import dev.faultline.model.schedule.SeededTurns;
import dev.faultline.model.schedule.Sleeper;
import dev.faultline.model.schedule.TaskGroup;
import java.util.List;

/**
 * What a simulation needs beside kernels: tasks that are no threads of the model, in groups that can be killed, waits, and
 * a clock that jumps to the next time limit when nobody can go on. Its {@link #scheduler} is for all kernels of the
 * simulation, so that one seed decides every interleaving: the same seed goes the same way, on one thread at a time.
 *
 * <p>Only {@link #simulate} is the driver's to call, and {@link #start} before it; all else is for tasks.
 */
public final class VirtualTime {
    /** Waits without a time limit. */
    public static final long FOREVER = Long.MAX_VALUE;

    /** Tasks that are killed together: a process. */
    public static final class Group {
        private final TaskGroup tasks = new TaskGroup();

        private Group() {}

        /** {@return whether it was killed} */
        public boolean isKilled() {
            return tasks.isCondemned();
        }
    }

    /** How a simulation has ended. */
    public enum End {
        /** A task has called {@link #stop}. */
        STOPPED,
        /** Nobody can go on, now or later. */
        STUCK,
        /** Its time is over. */
        TIME,
        /** It took more steps than it may. */
        STEPS
    }

    private final SeededTurns turns;
    private final SeededScheduler scheduler;

    /**
     * Makes the time of one simulation.
     *
     * @param seed decides each interleaving
     * @param traceLimit how many entries of the {@link #trace} are kept, the last ones; 0 for none, which is faster
     */
    public VirtualTime(long seed, int traceLimit) {
        turns = new SeededTurns(seed, traceLimit);
        scheduler = new SeededScheduler(turns);
    }

    /** {@return the scheduler of the simulation's kernels} */
    public SeededScheduler scheduler() {
        return scheduler;
    }

    /** {@return the time in nanoseconds since the beginning} */
    public long nanoTime() {
        return turns.nanoTime();
    }

    /** {@return a new group of tasks} */
    public Group newGroup() {
        return new Group();
    }

    /**
     * Starts a task.
     *
     * @param group what it belongs to
     * @param name for the trace
     * @param body what it does; it throws nothing
     */
    public void start(Group group, String name, Runnable body) {
        turns.start(turns.create(name, group.tasks), body);
    }

    /**
     * Kills a group: none of its tasks goes on, and nothing of theirs runs any more, no finally block either. Only a call
     * of a kernel's that one is in goes on to its end, unless it waits. The calling task may be one of the group, and then
     * ends at its next point.
     *
     * @param group whom
     */
    public void kill(Group group) {
        turns.condemn(group.tasks);
    }

    /**
     * Lets other tasks go on, perhaps.
     *
     * @param what the next step, for the trace
     */
    public void point(String what) {
        turns.point(what);
    }

    /**
     * Waits for some time, during which others go on.
     *
     * @param nanos how long
     */
    public void pass(long nanos) {
        turns.sleep(new Sleeper(Sleeper.Reason.OTHER, Math.max(0, nanos)));
    }

    /** {@return something to wait for} */
    public VirtualCondition newCondition() {
        return new VirtualCondition(turns);
    }

    /**
     * Lets all tasks go on and time pass, until the end.
     *
     * @param untilNanos when to end at the latest
     * @param maxSteps after how many points to end at the latest: tasks may go on for ever in no time
     * @return why it has ended
     */
    public End simulate(long untilNanos, long maxSteps) {
        return switch (turns.simulate(untilNanos, maxSteps)) {
            case STOPPED -> End.STOPPED;
            case STUCK -> End.STUCK;
            case TIME -> End.TIME;
            case STEPS -> End.STEPS;
        };
    }

    /** Ends the simulation, as soon as the calling task waits or ends. */
    public void stop() {
        turns.stop();
    }

    /** {@return who went on at each point, and with what; as many of the last ones as are kept} */
    public List<String> trace() {
        return turns.trace();
    }

    /** {@return a number that is the same for two simulations only if all that happened was, and when} */
    public long digest() {
        return turns.digest();
    }
}
