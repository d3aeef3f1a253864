package dev.faultline.model;

import dev.faultline.model.schedule.Sleeper;
import dev.faultline.model.schedule.Task;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;

/**
 * What a thread of the model was told to do beside others.
 *
 * @param <T> what it results in
 */
public final class ModelTask<T extends @Nullable Object> {
    /** What a task waits for. */
    public enum Blocked {
        /** That a page fault is resolved. */
        FAULT,
        /** That its event is read. */
        EVENT,
        /** That there is something to read from a userfaultfd. */
        READ,
        /** That a fill ends, to change the address space. */
        LOCK,
        /** Something that is not the kernel's; see {@link VirtualCondition}. */
        OTHER
    }

    private final Task task;
    private final ModelKernel kernel;
    private volatile @Nullable T result;
    private volatile @Nullable Throwable failure;

    ModelTask(ModelThread thread) {
        kernel = thread.process().kernel();
        task = kernel.turns().create("thread " + thread.id());
    }

    void start(ModelThread thread, Callable<T> body) {
        kernel.remember(task, thread);
        kernel.turns().start(task, () -> run(body));
    }

    @SuppressWarnings("CatchAndPrintStackTrace")
    private void run(Callable<T> body) {
        try {
            result = body.call();
        } catch (Throwable t) {
            failure = t;
        } finally {
            kernel.forget(task);
        }
    }

    /** {@return whether it has ended, with a result or a failure} */
    public boolean isDone() {
        return task.isDone();
    }

    /** {@return whether it waits for something} */
    public boolean isBlocked() {
        return task.blockedIn() != null;
    }

    /** {@return what it waits for; nothing if it has ended or could go on} */
    public Optional<Blocked> blockedIn() {
        Sleeper.Reason reason = task.blockedIn();
        return reason == null ? Optional.empty() : Optional.of(blocked(reason));
    }

    private static Blocked blocked(Sleeper.Reason reason) {
        return switch (reason) {
            case FAULT -> Blocked.FAULT;
            case EVENT -> Blocked.EVENT;
            case READ -> Blocked.READ;
            case LOCK -> Blocked.LOCK;
            case OTHER -> Blocked.OTHER;
        };
    }

    /**
     * {@return what it resulted in}
     *
     * @throws IllegalStateException if it has not ended
     * @throws CompletionException if it failed
     */
    @SuppressWarnings("NullAway") // a task that has ended without a failure has set it, to whatever T may be
    public T result() {
        Throwable failed = failure().orElse(null);
        if (failed != null) {
            throw new CompletionException(failed);
        }
        return result;
    }

    /**
     * {@return why it failed; nothing if it did not}
     *
     * @throws IllegalStateException if it has not ended
     */
    public Optional<Throwable> failure() {
        if (!isDone()) {
            throw new IllegalStateException(task.name() + " has not ended");
        }
        return Optional.ofNullable(failure);
    }
}
