package dev.faultline.migration.destination;

import dev.faultline.migration.wire.FrameChannel;
import dev.faultline.migration.wire.Role;
import java.util.EnumMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * Connections by session and attempt, until one has all of its own. One that stays incomplete is sent away, so that a
 * source that died half-way does not keep the next one from coming.
 */
final class Gathering implements AutoCloseable {
    static final long LIMIT_NANOS = 10_000_000_000L;
    private static final int MAX_SESSIONS = 16;

    /**
     * One try of a source to connect.
     *
     * @param sessionId the move
     * @param number tells its tries apart
     * @param resumed whether it goes on with a move that was broken off
     */
    record Attempt(long sessionId, int number, boolean resumed) {}

    private record Session(long sinceNanos, Map<Role, FrameChannel> connections) {
        void close() {
            connections.values().forEach(FrameChannel::close);
        }
    }

    private final Map<Attempt, Session> sessions = new LinkedHashMap<>();

    /** A source that has come with all of its connections. */
    record Source(Attempt attempt, Map<Role, FrameChannel> connections) {
        long sessionId() {
            return attempt.sessionId();
        }

        FrameChannel channel(Role role) {
            return Objects.requireNonNull(connections.get(role));
        }

        void close() {
            connections.values().forEach(FrameChannel::close);
        }
    }

    /** Adds a connection. {@return its session, if it is complete now; it is the caller's then} */
    Optional<Source> add(Greeting greeting, long nowNanos) {
        Session session =
                sessions.computeIfAbsent(greeting.attempt(), _ -> new Session(nowNanos, new EnumMap<>(Role.class)));
        if (session.connections.putIfAbsent(greeting.role(), greeting.channel()) != null) {
            greeting.channel().close(); // one too many
        }
        if (session.connections.size() == Role.values().length) {
            sessions.remove(greeting.attempt());
            return Optional.of(new Source(greeting.attempt(), session.connections));
        }
        if (sessions.size() > MAX_SESSIONS) {
            removeOldest();
        }
        return Optional.empty();
    }

    private void removeOldest() {
        Iterator<Session> oldest = sessions.values().iterator();
        oldest.next().close();
        oldest.remove();
    }

    /** Sends away who has not come with all of its connections in time. */
    void expire(long nowNanos) {
        while (!sessions.isEmpty() && nowNanos - sessions.values().iterator().next().sinceNanos > LIMIT_NANOS) {
            removeOldest();
        }
    }

    @Override
    public void close() {
        sessions.values().forEach(Session::close);
        sessions.clear();
    }
}
