package dev.faultline.migration.engine;

import dev.faultline.migration.guest.GuestException;
import dev.faultline.migration.host.Host;
import dev.faultline.migration.host.Signal;
import dev.faultline.migration.host.Worker;
import dev.faultline.uffd.os.LinuxException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/**
 * The thread that owns a session, and the workers that do what takes long. A worker never calls the session: it posts an
 * event, and so does its failure. Nothing is swallowed: whatever a worker throws ends the session with its reason.
 */
public final class EngineLoop {
    private static final long TICK_NANOS = 50_000_000L;
    /** Few, for a frame that waits to be handled may hold as much as a device state. */
    static final int MAX_PENDING_FRAMES = 8;

    /** What a worker does until it is done or fails. */
    @FunctionalInterface
    public interface Work {
        void run() throws Exception;
    }

    private final Host host;
    private final ConcurrentLinkedQueue<Runnable> events = new ConcurrentLinkedQueue<>();
    private final Signal arrived;
    private final AtomicInteger pendingFrames = new AtomicInteger();
    private final Signal room;
    private final List<Worker> workers = new ArrayList<>();
    private final Consumer<String> onFailure;
    private final Runnable onTick;
    private boolean finished;
    private volatile boolean ended;

    /**
     * Makes a loop.
     *
     * @param host where it runs
     * @param onFailure takes a failure's reason, on the loop's thread
     * @param onTick called between events, at least every 50 ms or so, on the loop's thread
     */
    public EngineLoop(Host host, Consumer<String> onFailure, Runnable onTick) {
        this.host = host;
        arrived = host.newSignal();
        room = host.newSignal();
        this.onFailure = onFailure;
        this.onTick = onTick;
    }

    /** Has an event handled on the loop's thread. */
    public void post(Runnable event) {
        events.add(event);
        arrived.raise();
    }

    /**
     * Has the event of a peer's frame handled on the loop's thread, having waited while many are pending: a peer that sends
     * faster than its frames are handled finds its connection full, and not this side's memory.
     */
    public void postFrame(Runnable event) throws InterruptedException {
        room.await(() -> ended || pendingFrames.get() < MAX_PENDING_FRAMES, Signal.FOREVER);
        if (ended) {
            return; // nobody handles it any more; what the peer still sends is read past
        }
        pendingFrames.incrementAndGet();
        post(() -> {
            pendingFrames.decrementAndGet();
            room.raise();
            event.run();
        });
    }

    /** Starts a worker on a thread of its own that a guest may wait for: it goes before others, where the JVM may. */
    public Worker start(String name, Work work) {
        return start(name, Thread.MAX_PRIORITY, work);
    }

    /** Starts a worker that has much to do and that no guest waits for: it goes before nobody. */
    public Worker startBulk(String name, Work work) {
        return start(name, Thread.NORM_PRIORITY, work);
    }

    private Worker start(String name, int priority, Work work) {
        Worker worker = host.start(name, () -> {
            try {
                setPriority(priority);
                work.run();
            } catch (Throwable t) {
                post(() -> onFailure.accept(reason(t)));
            }
        });
        workers.add(worker);
        return worker;
    }

    /** Handles events until {@link #finish()}. Between hosts a guest waits for this thread: it goes before others. */
    public void run() {
        int priority = Thread.currentThread().getPriority();
        setPriority(Thread.MAX_PRIORITY);
        try {
            handleEvents();
        } finally {
            setPriority(priority);
        }
    }

    @SuppressWarnings(
            "ThreadPriorityCheck") // nothing relies on it: it makes pauses shorter where processors are scarce
    private static void setPriority(int priority) {
        Thread.currentThread().setPriority(priority);
    }

    private void handleEvents() {
        while (!finished) {
            try {
                arrived.await(() -> !events.isEmpty(), TICK_NANOS);
            } catch (InterruptedException e) {
                onFailure.accept("the engine was interrupted");
            }
            Runnable event = events.poll();
            try {
                if (event != null) {
                    event.run();
                }
                onTick.run();
            } catch (RuntimeException | Error e) {
                onFailure.accept(reason(e));
            }
        }
        ended = true;
        events.clear();
        room.raise();
    }

    /** Tells somebody of the progress; that he fails is no reason to give the migration up. */
    public <T> void tell(Consumer<T> listener, T progress) {
        try {
            listener.accept(progress);
        } catch (RuntimeException e) {
            System.getLogger(EngineLoop.class.getName()).log(System.Logger.Level.DEBUG, "progress was not taken", e);
        }
    }

    /** Ends {@link #run()} after the event at hand. */
    public void finish() {
        finished = true;
    }

    /**
     * Waits for the workers to end, which their closed connections make them do.
     *
     * @return whether all of them have ended; what they use must not be taken from one that has not
     */
    public boolean joinWorkers(long timeoutNanos) {
        long deadline = host.nanoTime() + timeoutNanos;
        boolean allEnded = true;
        for (Worker worker : workers) {
            allEnded &= worker.join(deadline - host.nanoTime());
        }
        return allEnded;
    }

    /** {@return the reason alone of what a session says at its end: what that means comes after a semicolon} */
    public static String withoutConsequence(String failure) {
        int end = failure.indexOf("; ");
        return end < 0 ? failure : failure.substring(0, end);
    }

    /** {@return a failure's reason in words} Its message, if it was written for an operator. */
    public static String reason(Throwable t) {
        String message = t.getMessage();
        boolean expected = t instanceof IOException || t instanceof GuestException || t instanceof LinuxException;
        if (!expected) {
            System.getLogger(EngineLoop.class.getName()).log(System.Logger.Level.DEBUG, "unexpected failure", t);
        }
        // What the engine's own checks throw is a sentence, too; of anything else the class tells more than the
        // message.
        boolean isSentence = expected || t instanceof IllegalStateException || t instanceof IllegalArgumentException;
        return message == null || !isSentence ? t.toString() : message;
    }
}
