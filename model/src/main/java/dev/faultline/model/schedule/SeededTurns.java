package dev.faultline.model.schedule;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * One task at a time; a seed decides whose turn is next. The thread that drives the model is no task: its calls are
 * whole, and tasks go on when it waits itself or calls {@link #settle}. Time stands still while any task can go on; when
 * none can, it jumps to the next time limit, but once only for a task until something else has happened, so that a
 * task that waits in a loop does not keep the others from coming to rest.
 */
public final class SeededTurns implements Turns {
    /**
     * At one point in how many the turn may pass on. If it could at each, one task would hardly ever go through ten points
     * while another, that could go on too, goes through none.
     */
    private static final int[] STEADINESS = {1, 2, 8, 32};

    private final SplittableRandom random;
    private final int steadiness;
    private boolean hasChosen;
    private final Task driver = new Task(0, "driver");
    /** Those that can go on, the running one among them, by number. */
    private final List<Task> ready = new ArrayList<>();

    private final List<Sleeper> timed = new ArrayList<>();
    private final List<String> trace = new ArrayList<>();
    private Task running = driver;
    private int started;
    private int unfinished;
    private long nowNanos;
    private long progress;

    public SeededTurns(long seed) {
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
    }

    @Override
    public void exit() {
        // Whose turn it is changes at points only.
    }

    @Override
    public void point(String what) {
        if (running == driver) {
            return;
        }
        Task self = running;
        Task next = goesOn() ? self : choose();
        if (next != self) {
            handOver(next);
        }
        trace.add(self.name() + " " + what);
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
        running = next;
        next.turn.release();
        self.turn.acquireUninterruptibly();
    }

    private Task nextOrDriver() {
        return ready.isEmpty() ? driver : choose();
    }

    @Override
    public void sleep(Sleeper sleeper) {
        Task self = running;
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
        if (sleeper.isAwake() || sleeper.task == null) {
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

    @Override
    public Task create(String name) {
        return new Task(++started, name);
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
            Task next = nextOrDriver();
            running = next;
            next.turn.release();
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
