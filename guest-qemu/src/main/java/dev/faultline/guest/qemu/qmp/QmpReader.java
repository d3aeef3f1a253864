package dev.faultline.guest.qemu.qmp;

import dev.faultline.migration.guest.GuestException;
import dev.faultline.uffd.internal.linux.Errno;
import dev.faultline.uffd.ipc.LineReader;
import dev.faultline.uffd.ipc.LineReader.Outcome;
import dev.faultline.uffd.ipc.UnixConnection;
import dev.faultline.uffd.os.LinuxException;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/** Takes what QEMU sends, on a thread of its own: events to their queue, an answer to the one call that waits. */
final class QmpReader {
    private static final int MAX_EVENT_BYTES = 64 << 10;

    private final UnixConnection connection;
    private final QmpEvents events;
    private final LineReader lines;
    private final AtomicReference<@Nullable PendingCall> pending = new AtomicReference<>();
    /** Why nothing will come any more; empty while something may. */
    private volatile String end = "";

    private volatile boolean closed;

    QmpReader(UnixConnection connection, QmpEvents events) {
        this.connection = connection;
        this.events = events;
        lines = new LineReader(connection);
    }

    /**
     * {@return the first line, or nothing if none came in time} Before {@link #start}.
     *
     * @throws GuestException if the connection ends first, or it is no JSON
     */
    Optional<ObjectNode> readGreeting(long timeoutNanos) {
        try {
            Outcome outcome = lines.next(timeoutNanos);
            if (outcome == Outcome.TIMED_OUT) {
                return Optional.empty();
            }
            if (outcome == Outcome.LINE) {
                return Optional.of(Json.parseObject(lines.line()));
            }
            throw new GuestException("The connection was closed before QEMU's greeting came");
        } catch (LinuxException | IllegalStateException e) {
            throw new GuestException("The connection broke before QEMU's greeting came: " + e.getMessage(), e);
        } catch (IllegalArgumentException e) {
            throw new GuestException("The greeting is not QEMU's: " + e.getMessage(), e);
        }
    }

    /** A guest between hosts waits for what it reads: it goes before others, where the JVM may. */
    @SuppressWarnings("ThreadPriorityCheck") // nothing relies on it
    void start(String path) {
        Thread.ofPlatform()
                .daemon()
                .name("qmp " + path)
                .priority(Thread.MAX_PRIORITY)
                .start(this::run);
    }

    private void run() {
        String reason = "QEMU has closed its QMP connection: it has ended, or is about to";
        try {
            Outcome outcome = lines.next(-1);
            while (outcome != Outcome.END) {
                if (outcome == Outcome.LINE) {
                    take(lines.line());
                } else if (outcome == Outcome.TOO_LONG) {
                    answer("sent a line of more than " + LineReader.MAX_LINE_BYTES + " bytes");
                }
                lines.closeFds(); // QEMU sends none
                outcome = lines.next(-1);
            }
        } catch (LinuxException | IllegalStateException e) {
            if (!isReset(e)) {
                reason = "The QMP connection broke: " + e.getMessage();
            }
        } finally {
            finish(reason);
        }
    }

    /** That is how the end of a process looks that had not read everything. */
    private static boolean isReset(RuntimeException e) {
        return e instanceof LinuxException failure && failure.errno() == Errno.ECONNRESET;
    }

    private void take(byte[] line) {
        try {
            ObjectNode object = Json.parseObject(line);
            if (object.has("event")) {
                takeEvent(object, line.length);
            } else {
                takeAnswer(object);
            }
        } catch (IllegalArgumentException e) {
            answer("answered in a way that cannot be understood: " + e.getMessage());
        }
    }

    /** Many are remembered: none that is waited for is nearly so long, and others could fill this process's memory. */
    private void takeEvent(ObjectNode object, int lengthBytes) {
        if (lengthBytes <= MAX_EVENT_BYTES) {
            events.add(QmpEvent.of(events.nextNumber(), object));
        }
    }

    /** An answer without an id is one to a line that QEMU could not read. */
    private void takeAnswer(ObjectNode object) {
        PendingCall call = pending.get();
        if (call != null && (!object.has("id") || object.path("id").asLong(0) == call.id)) {
            call.complete(QmpReply.of(call.command, object));
        }
    }

    private void answer(String problem) {
        PendingCall call = pending.get();
        if (call != null) {
            call.fail("QEMU, asked for '" + call.command + "', " + problem);
        }
    }

    private void finish(String reason) {
        end = closed ? "The QMP connection was closed" : reason;
        PendingCall call = pending.get();
        if (call != null) {
            call.fail(goneBefore(call.command));
        }
        events.end();
    }

    void expect(PendingCall call) {
        pending.set(call);
        if (hasEnded()) { // set, then look: finish() sets, then looks, the other way round
            call.fail(goneBefore(call.command));
        }
    }

    void forget(PendingCall call) {
        pending.compareAndSet(call, null);
    }

    /** {@return why a command was not answered} */
    String goneBefore(String command) {
        String why = end.isEmpty() ? "QEMU has closed its QMP connection" : end;
        return why + " (before it answered '" + command + "')";
    }

    boolean hasEnded() {
        return !end.isEmpty();
    }

    void close() {
        closed = true;
        if (end.isEmpty()) {
            end = "The QMP connection was closed";
        }
        connection.close();
    }
}
