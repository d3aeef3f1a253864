package dev.faultline.cli.rate;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Ctrl-C and SIGTERM: the JVM does not end before this is closed, or its patience. */
final class StopRequest implements AutoCloseable {
    private static final long PATIENCE_SECONDS = 10;

    private final CountDownLatch closed = new CountDownLatch(1);
    private final Thread hook = Thread.ofPlatform().name("faultline-stop").unstarted(this::request);
    private volatile boolean requested;

    StopRequest() {
        Runtime.getRuntime().addShutdownHook(hook);
    }

    boolean isMade() {
        return requested;
    }

    private void request() {
        requested = true;
        try {
            boolean _ = closed.await(PATIENCE_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        closed.countDown();
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException e) {
            // It runs.
        }
    }
}
