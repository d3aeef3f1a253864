package dev.faultline.migration.source;

import dev.faultline.migration.host.Host;
import dev.faultline.migration.host.Signal;
import java.io.IOException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** The parts of one piece of work, each on a thread of its own. */
final class Together {
    private Together() {}

    /** One part of the work. */
    @FunctionalInterface
    interface Part {
        void run(int index) throws IOException;
    }

    /**
     * Runs all parts, the first on this thread. Returns, or throws what failed first, when all have ended.
     *
     * @param onFailure told as soon as a part has failed
     */
    static void run(Host host, String name, int parts, Part part, Runnable onFailure) throws IOException {
        AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
        AtomicInteger running = new AtomicInteger(parts - 1);
        Signal ended = host.newSignal();
        for (int i = 1; i < parts; i++) {
            int index = i;
            host.start(name, () -> {
                tryPart(part, index, failure, onFailure);
                running.decrementAndGet();
                ended.raise();
            });
        }
        tryPart(part, 0, failure, onFailure);
        try {
            ended.await(() -> running.get() == 0, Signal.FOREVER);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while others were still at their part of the work", e);
        }
        switch (failure.get()) {
            case null -> {}
            case IOException e -> throw e;
            case RuntimeException e -> throw e;
            case Error e -> throw e;
            case Throwable e -> throw new IllegalStateException(e);
        }
    }

    private static void tryPart(
            Part part, int index, AtomicReference<@Nullable Throwable> failure, Runnable onFailure) {
        try {
            part.run(index);
        } catch (Throwable e) {
            failure.compareAndSet(null, e);
            onFailure.run();
        }
    }
}
