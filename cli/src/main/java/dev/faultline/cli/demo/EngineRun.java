package dev.faultline.cli.demo;

import dev.faultline.cli.process.OperatorException;
import dev.faultline.migration.MigrationException;
import dev.faultline.migration.MigrationProgress;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** An engine on a thread of this process. */
final class EngineRun<R> {
    private final FutureTask<R> task;
    private volatile @Nullable MigrationProgress progress;

    /** Runs an engine from its beginning to its report. */
    @FunctionalInterface
    interface Engine<R> {
        R run(Consumer<MigrationProgress> progress) throws MigrationException;
    }

    private EngineRun(Engine<R> engine) {
        task = new FutureTask<>(() -> engine.run(now -> progress = now));
    }

    static <R> EngineRun<R> start(String name, Engine<R> engine) {
        EngineRun<R> run = new EngineRun<>(engine);
        Thread.ofPlatform().daemon().name(name).start(run.task);
        return run;
    }

    Optional<MigrationProgress> progress() {
        return Optional.ofNullable(progress);
    }

    boolean hasEnded() {
        return task.isDone();
    }

    boolean hasFailed() {
        return task.state() == FutureTask.State.FAILED;
    }

    /** {@return its report, when it has ended} */
    R report() throws OperatorException {
        try {
            return task.get();
        } catch (ExecutionException e) {
            Throwable cause = Objects.requireNonNullElse(e.getCause(), e);
            throw new OperatorException(String.valueOf(cause.getMessage()), cause);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new OperatorException("Interrupted", e);
        }
    }
}
