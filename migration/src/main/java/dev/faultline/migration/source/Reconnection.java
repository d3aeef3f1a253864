package dev.faultline.migration.source;

import dev.faultline.migration.MigrationException;
import dev.faultline.migration.host.Host;
import java.util.Optional;

/**
 * Connects to the destination again and again, for as long as the operator has patience; connections that last give it back.
 */
final class Reconnection {
    private static final long FIRST_PAUSE_NANOS = 20_000_000L;
    private static final long LONGEST_PAUSE_NANOS = 1_000_000_000L;
    /** A connection that lived so long was not lost to what broke the one before. */
    private static final long LASTING_NANOS = 2_000_000_000L;

    private final Host host;
    private final SourceOptions options;
    private final long sessionId;
    private int attempt;
    private long pauseNanos = FIRST_PAUSE_NANOS;
    private long brokeNanos;
    private long connectedNanos;
    private boolean waits;

    /** @param attempt the how manieth connection it was that broke, from 0 on */
    Reconnection(Host host, SourceOptions options, long sessionId, int attempt) {
        this.host = host;
        this.options = options;
        this.sessionId = sessionId;
        this.attempt = attempt;
        connectedNanos = host.nanoTime();
    }

    /**
     * {@return new connections; none if nobody took them in all that time}
     *
     * @param wasOfUse whether the destination went on over the connections that have broken
     */
    Optional<Connections> open(boolean wasOfUse) {
        long now = host.nanoTime();
        if (!waits || now - connectedNanos >= LASTING_NANOS) {
            waits = true;
            brokeNanos = now;
        }
        if (wasOfUse) {
            pauseNanos = FIRST_PAUSE_NANOS;
        }
        while (host.nanoTime() - brokeNanos < options.reconnectNanos()) {
            host.pause(pauseNanos);
            pauseNanos = Math.min(2 * pauseNanos, LONGEST_PAUSE_NANOS);
            attempt++;
            try {
                Connections connections = Connections.open(host, options.destination(), sessionId, attempt);
                connectedNanos = host.nanoTime();
                return Optional.of(connections);
            } catch (MigrationException e) {
                System.getLogger(Reconnection.class.getName())
                        .log(System.Logger.Level.DEBUG, "not connected again yet", e);
            }
        }
        return Optional.empty();
    }
}
