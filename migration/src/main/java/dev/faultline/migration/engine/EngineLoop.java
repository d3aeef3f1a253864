package dev.faultline.migration.engine;

import dev.faultline.migration.guest.GuestException;
import dev.faultline.uffd.os.LinuxException;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
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

    private final LinkedBlockingQueue<Runnable> events = new LinkedBlockingQueue<>();
    private final Semaphore room = new Semaphore(MAX_PENDING_FRAMES);
    private final List<Thread> workers = new ArrayList<>();
    private final Consumer<String> onFailure;
    private final Runnable onTick;
    private boolean finished;
    private volatile boolean ended;

    /**
     * Makes a loop.
     *
     * @param onFailure takes a failure's reason, on the loop's thread
     * @param onTick called between events, at least every 50 ms or so, on the loop's thread
     */
    public EngineLoop(Consumer<String> onFailure, Runnable onTick) {
        this.onFailure = onFailure;
        this.onTick = onTick;
    }

    /** Has an event handled on the loop's thread. */
    public void post(Runnable event) {
        events.add(event);
    }

    /**
     * Has the event of a peer's frame handled on the loop's thread, having waited while many are pending: a peer that sends
     * faster than its frames are handled finds its connection full, and not this side's memory.
     */
    public void postFrame(Runnable event) throws InterruptedException {
        room.acquire();
        if (ended) {
            room.release(); // nobody handles it any more; what the peer still sends is read past
            return;
        }
        post(() -> {
            room.release();
            event.run();
        });
    }

    /** Starts a worker on a thread of its own; native calls that block must not sit on virtual threads. */
    public Thread start(String name, Work work) {
        Thread worker = Thread.ofPlatform().name("faultline-" + name).daemon().start(() -> {
            try {
                work.run();
            } catch (Throwable t) {
                post(() -> onFailure.accept(reason(t)));
            }
        });
        workers.add(worker);
        return worker;
    }

    /** Handles events until {@link #finish()}. */
    public void run() {
        while (!finished) {
            Runnable event = null;
            try {
                event = events.poll(TICK_NANOS, TimeUnit.NANOSECONDS);
            } catch (InterruptedException e) {
                onFailure.accept("the engine was interrupted");
            }
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
        room.release(MAX_PENDING_FRAMES);
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
        long deadline = System.nanoTime() + timeoutNanos;
        boolean ended = true;
        for (Thread worker : workers) {
            ended &= join(worker, deadline - System.nanoTime());
        }
        return ended;
    }

    /** Waits for one worker to end. {@return whether it has} */
    public static boolean join(Thread worker, long timeoutNanos) {
        try {
            return worker.join(Duration.ofNanos(Math.max(1, timeoutNanos)));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
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
