package dev.faultline.migration.tls;

import dev.faultline.migration.host.Host;
import dev.faultline.migration.host.Link;
import dev.faultline.migration.host.Signal;
import java.util.concurrent.atomic.AtomicInteger;

/** Closes a connection when something on it takes too long, which is all that ends a read that waits. */
final class TimeLimit implements AutoCloseable {
    private static final int RUNNING = 0;
    private static final int ENDED = 1;
    private static final int PASSED = 2;

    private final AtomicInteger state = new AtomicInteger(RUNNING);
    private final Signal ended;

    private TimeLimit(Signal ended) {
        this.ended = ended;
    }

    static TimeLimit start(Host host, long nanos, Link link) {
        TimeLimit limit = new TimeLimit(host.newSignal());
        host.start("handshake-limit", () -> limit.watch(nanos, link));
        return limit;
    }

    private void watch(long nanos, Link link) {
        try {
            ended.await(() -> state.get() == ENDED, nanos);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        if (state.compareAndSet(RUNNING, PASSED)) {
            link.close();
        }
    }

    boolean hasPassed() {
        return state.get() == PASSED;
    }

    @Override
    public void close() {
        state.compareAndSet(RUNNING, ENDED);
        ended.raise();
    }
}
