package dev.faultline.model.schedule;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * One task at a time; a seed decides whose turn is next. The thread that drives the model is no task: its calls are
 * whole, and tasks go on when it waits itself or calls {@link #settle}. Time stands still while any task can go on; when
 * none can, it jumps to the next time limit, but once only for a task until something else has happened, so that a
 * task that waits in a loop does not keep the others from coming to rest.
 *
 * <p>In a {@link #simulate simulation} that exception does not hold: time always jumps to the next limit, and the driver has
 * nothing to do until the end. Tasks can then be {@link #condemn condemned}, as a process is killed: they never go on, and
 * nothing of theirs is run any more, no finally block either. Only a call of the kernel that one of them is in goes on to
 * its end, unless it waits in it.
 */
public final class SeededTurns implements Turns {
    private static final long DIGEST_FACTOR = 0x9E3779B97F4A7C15L;

    /**
     * At one point in how many the turn may pass on. If it could at each, one task would hardly ever go through ten points
     * while another, that could go on too, goes through none.
     */
    private static final int[] STEADINESS = {1, 2, 8, 32};

    private final SplittableRandom random;
    private final int steadiness;
    private boolean hasChosen;
    private final Task driver = new Task(0, "driver", null);
    /** Those that can go on, the running one among them, by number. */
    private final List<Task> ready = new ArrayList<>();

    private final List<Sleeper> timed = new ArrayList<>();
    private final Deque<String> trace = new ArrayDeque<>();
    private final int traceLimit;
    private Task running = driver;
    private int started;
    private int unfinished;
    private long nowNanos;
    private long progress;
    private boolean simulating;
    private boolean stopping;
    private long endNanos;
    private long stepsLeft;
    private long digest;

    /**
     * Makes the turns of a seed.
     *
     * @param traceLimit how many entries of the trace are kept, the last ones
     */
    public SeededTurns(long seed, int traceLimit) {
        this.traceLimit = traceLimit;
        random = new SplittableRandom(seed);
        steadiness = STEADINESS[random.nextInt(STEADINESS.length)];
    }

    /** {@return who went on at each point at which the seed decided, and with what} */
    public List<String> trace() {
        return List.copyOf(trace);
    }

    @Override
    public void enter(String what) {
        point(what);
        running.kernelDepth++;
    }

    /** Whose turn it is changes at points only; but what a condemned task is let do ends here. */
    @Override
    public void exit() {
        Task self = running;
        self.kernelDepth--;
        if (self.isCondemned() && self.kernelDepth == 0) {
            vanish(self);
        }
    }

    @Override
    public void point(String what) {
        if (running == driver) {
            return;
        }
        Task self = running;
        if (simulating) {
            stepsLeft--;
            if (stepsLeft < 0 || (self.isCondemned() && self.kernelDepth == 0)) {
                vanish(self);
            }
        }
        Task next = goesOn() ? self : choose();
        if (next != self) {
            handOver(next);
        }
        trace(self, what);
    }

    private void trace(Task self, String what) {
        if (traceLimit > 0) {
            if (trace.size() == traceLimit) {
                trace.removeFirst();
            }
            trace.add(self.name() + " " + what);
        }
    }

    /** {@return whether there was a choice by now: if not, all seeds lead the same way} */
    public boolean hasChosen() {
        return hasChosen;
    }

    private boolean goesOn() {
        hasChosen |= ready.size() > 1;
        return random.nextInt(steadiness) > 0;
    }

    private Task choose() {
        if (ready.size() == 1) {
            return ready.getFirst();
        }
        hasChosen = true;
        return ready.get(random.nextInt(ready.size()));
    }

    private void handOver(Task next) {
        Task self = running;
        passTo(next);
        self.turn.acquireUninterruptibly();
    }

    private void passTo(Task next) {
        digest = digest * DIGEST_FACTOR + next.number() + nowNanos;
        running = next;
        next.turn.release();
    }

    /** The calling task has had its last turn. Its thread stays parked until the collector finds it. */
    private void vanish(Task self) {
        unfinished--;
        ready.remove(self);
        passTo(nextOrDriver());
        self.turn.acquireUninterruptibly();
        throw new IllegalStateException("a condemned task was given a turn: " + self.name());
    }

    private Task nextOrDriver() {
        if (simulating) {
            while (ready.isEmpty() && !stopping && jump()) {
                // Time has passed for somebody.
            }
            return stopping || stepsLeft < 0 || ready.isEmpty() ? driver : choose();
        }
        return ready.isEmpty() ? driver : choose();
    }

    @Override
    public void sleep(Sleeper sleeper) {
        Task self = running;
        if (self.isCondemned()) {
            vanish(self);
        }
        sleeper.task = self;
        self.sleepIn(sleeper);
        ready.remove(self);
        if (sleeper.isTimed()) {
            sleeper.deadline = nowNanos + sleeper.timeoutNanos();
            timed.add(sleeper);
        }
        if (self == driver) {
            sleepAsDriver(sleeper);
        } else {
            handOver(nextOrDriver());
        }
    }

    private void sleepAsDriver(Sleeper sleeper) {
        while (!sleeper.isAwake()) {
            if (ready.isEmpty() && !letTimePass()) {
                driver.sleepIn(null);
                timed.remove(sleeper);
                throw new IllegalStateException("nothing is left that could end this wait for " + sleeper.reason());
            }
            Task next = choose();
            if (next != driver) {
                handOver(next);
            }
        }
        ready.remove(driver);
    }

    @Override
    public void wake(Sleeper sleeper) {
        if (sleeper.isAwake() || sleeper.task == null || sleeper.task.isCondemned()) {
            return;
        }
        progress++;
        sleeper.awaken();
        makeReady(sleeper);
    }

    private void makeReady(Sleeper sleeper) {
        timed.remove(sleeper);
        Task task = sleeper.task;
        if (task != null) {
            task.sleepIn(null);
            ready.add(task);
            ready.sort(Comparator.comparingInt(Task::number));
        }
    }

    private boolean letTimePass() {
        Sleeper next = null;
        for (Sleeper sleeper : timed) {
            Task task = sleeper.task;
            boolean mayEnd = task != null && task.timedOutAt != progress;
            if (mayEnd && (next == null || sleeper.deadline < next.deadline)) {
                next = sleeper;
            }
        }
        if (next == null || next.task == null) {
            return false;
        }
        nowNanos = Math.max(nowNanos, next.deadline);
        next.task.timedOutAt = progress;
        next.timeOut();
        makeReady(next);
        return true;
    }

    /** Jumps to the next time limit, that of all who have it. {@return whether there is one before the end} */
    private boolean jump() {
        long next = Long.MAX_VALUE;
        for (Sleeper sleeper : timed) {
            next = Math.min(next, sleeper.deadline);
        }
        if (timed.isEmpty() || next > endNanos) {
            return false;
        }
        nowNanos = Math.max(nowNanos, next);
        for (Sleeper sleeper : List.copyOf(timed)) {
            if (sleeper.deadline <= nowNanos) {
                sleeper.timeOut();
                makeReady(sleeper);
            }
        }
        return true;
    }

    /** How a simulation has ended. */
    public enum Stop {
        /** It was told to. */
        STOPPED,
        /** Nothing can go on, and no time limit is left that could change that. */
        STUCK,
        /** Its time is over. */
        TIME,
        /** It took more steps than it may. */
        STEPS
    }

    /**
     * Lets all tasks go on, and time pass.
     *
     * @param untilNanos when to end at the latest
     * @param maxSteps after how many points to end at the latest: tasks may go on for ever in no time
     */
    public Stop simulate(long untilNanos, long maxSteps) {
        simulating = true;
        stopping = false;
        endNanos = untilNanos;
        stepsLeft = maxSteps;
        Task next = nextOrDriver();
        if (next != driver) {
            handOver(next);
        }
        simulating = false;
        if (stopping) {
            return Stop.STOPPED;
        }
        if (stepsLeft < 0) {
            return Stop.STEPS;
        }
        return timed.isEmpty() ? Stop.STUCK : Stop.TIME;
    }

    /** Ends the simulation when the running task waits or ends. */
    public void stop() {
        stopping = true;
    }

    public long nanoTime() {
        return nowNanos;
    }

    /** {@return a number that is the same for two runs only if all turns were} */
    public long digest() {
        return digest;
    }

    /** Takes every task of a group off, for good. The calling task may be one of them. */
    public void condemn(TaskGroup group) {
        group.condemn();
        for (Task task : group.tasks()) {
            if (task != running && !task.isDone() && (task.kernelDepth == 0 || !ready.contains(task))) {
                unfinished--;
                ready.remove(task);
                timed.removeIf(sleeper -> sleeper.task == task);
            }
        }
    }

    @Override
    public Task create(String name) {
        return new Task(++started, name, null);
    }

    /** {@return a new task of a group, to be started} */
    public Task create(String name, TaskGroup group) {
        Task task = new Task(++started, name, group);
        group.add(task);
        return task;
    }

    @Override
    public void start(Task task, Runnable body) {
        unfinished++;
        progress++;
        ready.add(task);
        ready.sort(Comparator.comparingInt(Task::number));
        Thread.ofVirtual().name(task.name()).start(() -> run(task, body));
    }

    private void run(Task task, Runnable body) {
        task.turn.acquireUninterruptibly();
        try {
            body.run();
        } finally {
            task.finish();
            unfinished--;
            progress++;
            ready.remove(task);
            passTo(nextOrDriver());
        }
    }

    @Override
    public boolean settle() {
        if (running != driver) {
            throw new IllegalStateException("a task cannot wait for all tasks, itself included");
        }
        do {
            while (!ready.isEmpty()) {
                handOver(choose());
            }
        } while (letTimePass());
        return unfinished == 0;
    }

    @Override
    public @Nullable Task current() {
        return running == driver ? null : running;
    }
}
