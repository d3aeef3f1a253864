package dev.faultline.uffd;

import dev.faultline.uffd.os.EventFd;
import dev.faultline.uffd.os.Poller;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** A handler thread as an engine has it: waits, takes what is there, answers, until it is told to stop. */
public final class FaultLoop implements AutoCloseable {
    private static final int BATCH = 64;
    private static final long PATIENCE_MILLIS = 30_000;

    private final LinuxUffd uffd;
    private final Answer answer;
    private final EventFd stop = new EventFd();
    private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
    private final Thread thread;

    /** Answers one fault. */
    @FunctionalInterface
    public interface Answer {
        /** Answers the fault at that place of the batch. */
        void answer(EventBatch batch, int index);
    }

    private FaultLoop(LinuxUffd uffd, Answer answer) {
        this.uffd = uffd;
        this.answer = answer;
        thread = Thread.ofPlatform().daemon().name("fault handler").unstarted(this::run);
    }

    /** {@return a loop that has begun} */
    public static FaultLoop start(LinuxUffd uffd, Answer answer) {
        FaultLoop loop = new FaultLoop(uffd, answer);
        loop.thread.start();
        return loop;
    }

    private void run() {
        try (EventBatch batch = new EventBatch(BATCH);
                Poller poller = new Poller(uffd.fd(), stop.fd())) {
            while (true) {
                poller.await(-1);
                if (poller.isReady(1)) {
                    return;
                }
                int count = uffd.read(batch);
                for (int i = 0; i < count; i++) {
                    answer.answer(batch, i);
                }
            }
        } catch (RuntimeException | Error e) {
            failure.set(e);
        }
    }

    /** {@return whether the thread ended after it was told to, and without a failure} */
    public boolean stop() {
        stop.signal();
        try {
            thread.join(PATIENCE_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        Throwable cause = failure.get();
        if (cause != null) {
            throw new AssertionError("the fault handler failed", cause);
        }
        return !thread.isAlive();
    }

    @Override
    public void close() {
        if (stop()) {
            stop.close();
        }
    }
}
