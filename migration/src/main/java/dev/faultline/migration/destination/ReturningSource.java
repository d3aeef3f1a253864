package dev.faultline.migration.destination;

import dev.faultline.migration.MigrationException;
import dev.faultline.migration.host.Host;
import dev.faultline.migration.host.Signal;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Hears of a source that connects again, also while its old connections look as if they lived: of the two sides, it may be
 * the source that notices first.
 */
final class ReturningSource implements AutoCloseable {
    private final Acceptor acceptor;
    private final long sessionId;
    private final AtomicReference<Gathering.@Nullable Source> arrived = new AtomicReference<>();
    private final Signal changed;
    private volatile @Nullable Reception current;
    private volatile boolean ended;

    ReturningSource(Host host, Acceptor acceptor, long sessionId) {
        this.acceptor = acceptor;
        this.sessionId = sessionId;
        changed = host.newSignal();
        host.start("returning-source", this::watch);
    }

    private void watch() {
        try {
            Optional<Gathering.Source> next = acceptor.awaitAgain(sessionId, () -> ended);
            while (next.isPresent()) {
                take(next.get());
                next = acceptor.awaitAgain(sessionId, () -> ended);
            }
        } catch (MigrationException e) {
            System.getLogger(ReturningSource.class.getName())
                    .log(System.Logger.Level.DEBUG, "nobody hears of sources any more", e);
        }
    }

    private void take(Gathering.Source source) {
        close(arrived.getAndSet(source));
        Reception now = current;
        if (now != null) {
            now.onDisconnected("the source has connected anew");
        }
        changed.raise();
        if (ended) {
            close(arrived.getAndSet(null));
        }
    }

    /** The session that ends when the source connects again. */
    void interrupts(@Nullable Reception reception) {
        current = reception;
        if (reception != null && arrived.get() != null) {
            reception.onDisconnected("the source has connected anew");
        }
    }

    /** {@return the source, if it comes in time} */
    Optional<Gathering.Source> await(long timeoutNanos) {
        try {
            changed.await(() -> arrived.get() != null, timeoutNanos);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return Optional.ofNullable(arrived.getAndSet(null));
    }

    private static void close(Gathering.@Nullable Source source) {
        if (source != null) {
            source.close();
        }
    }

    @Override
    public void close() {
        ended = true;
        acceptor.lookAgain();
        close(arrived.getAndSet(null));
    }
}
