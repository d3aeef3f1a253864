package dev.faultline.migration.destination;

import dev.faultline.migration.DataPath;
import dev.faultline.migration.wire.FrameChannel;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

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

    /** What has come of one attempt. */
    private static final class Session {
        private final long sinceNanos;
        private final @Nullable FrameChannel[] pages = new @Nullable FrameChannel[DataPath.MAX_CONNECTIONS];
        private @Nullable FrameChannel control;
        private @Nullable FrameChannel faults;
        private int pageConnections;

        Session(long sinceNanos) {
            this.sinceNanos = sinceNanos;
        }

        void add(Greeting greeting) {
            FrameChannel before = switch (greeting.role()) {
                case CONTROL -> control;
                case FAULTS -> faults;
                case PAGES -> pages[greeting.number()];
            };
            if (before != null) {
                greeting.channel().close(); // one too many
                return;
            }
            switch (greeting.role()) {
                case CONTROL -> {
                    control = greeting.channel();
                    pageConnections = greeting.number() + 1;
                }
                case FAULTS -> faults = greeting.channel();
                case PAGES -> pages[greeting.number()] = greeting.channel();
            }
        }

        /** {@return all connections, once they are there} The control connection says how many that are. */
        Optional<Source> complete(Attempt attempt) {
            if (control == null || faults == null) {
                return Optional.empty();
            }
            List<FrameChannel> wanted = new ArrayList<>();
            for (int i = 0; i < pageConnections; i++) {
                if (pages[i] == null) {
                    return Optional.empty();
                }
                wanted.add(pages[i]);
            }
            for (int i = pageConnections; i < pages.length; i++) {
                close(pages[i]); // the source says itself that it is none of its own
            }
            return Optional.of(new Source(attempt, control, faults, List.copyOf(wanted)));
        }

        void close() {
            close(control);
            close(faults);
            for (FrameChannel channel : pages) {
                close(channel);
            }
        }

        private static void close(@Nullable FrameChannel channel) {
            if (channel != null) {
                channel.close();
            }
        }
    }

    private final Map<Attempt, Session> sessions = new LinkedHashMap<>();

    /** A source that has come with all of its connections. */
    record Source(Attempt attempt, FrameChannel control, FrameChannel faults, List<FrameChannel> pages) {
        long sessionId() {
            return attempt.sessionId();
        }

        void close() {
            control.close();
            faults.close();
            pages.forEach(FrameChannel::close);
        }
    }

    /** Adds a connection. {@return its session, if it is complete now; it is the caller's then} */
    Optional<Source> add(Greeting greeting, long nowNanos) {
        Session session = sessions.computeIfAbsent(greeting.attempt(), _ -> new Session(nowNanos));
        session.add(greeting);
        Optional<Source> complete = session.complete(greeting.attempt());
        if (complete.isPresent()) {
            sessions.remove(greeting.attempt());
        } else if (sessions.size() > MAX_SESSIONS) {
            removeOldest();
        }
        return complete;
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
