package dev.faultline.guest.qemu.qmp;

import dev.faultline.migration.guest.GuestException;
import dev.faultline.uffd.internal.linux.Errno;
import dev.faultline.uffd.ipc.UnixConnection;
import dev.faultline.uffd.os.Fd;
import dev.faultline.uffd.os.LinuxException;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Predicate;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * A connection to QEMU's monitor. Safe for use by several threads; one command at a time, and the time that a thread
 * waits for another's command counts. An answer that comes too late is dropped, and the connection stays usable. QEMU
 * serves one connection of a monitor at a time.
 */
public final class QmpClient implements AutoCloseable {
    private final String path;
    private final long timeoutNanos;
    private final UnixConnection connection;
    private final QmpEvents events = new QmpEvents();
    private final QmpReader reader;
    private final ReentrantLock calling = new ReentrantLock();
    private long lastId;

    private QmpClient(String path, long timeoutNanos, UnixConnection connection) {
        this.path = path;
        this.timeoutNanos = timeoutNanos;
        this.connection = connection;
        reader = new QmpReader(connection, events);
    }

    /**
     * Connects, and leaves the negotiation mode.
     *
     * @param path where QEMU listens ({@code -qmp unix:PATH,server=on,wait=off}): a path, or {@code @name}
     * @param timeoutNanos how long connecting and each command take at most
     * @return the connection
     * @throws GuestException if no QEMU answers there in time
     */
    public static QmpClient connect(String path, long timeoutNanos) {
        QmpClient client = new QmpClient(path, timeoutNanos, open(path, timeoutNanos));
        try {
            client.greet();
            return client;
        } catch (RuntimeException e) {
            client.close();
            throw e;
        }
    }

    private static UnixConnection open(String path, long timeoutNanos) {
        try {
            return UnixConnection.connect(path, timeoutNanos);
        } catch (LinuxException e) {
            String reason = switch (e.errno()) {
                case Errno.ENOENT -> "there is no such socket";
                case Errno.ECONNREFUSED -> "nobody listens there; has QEMU ended?";
                case Errno.EACCES -> "this user may not connect to it";
                case Errno.EAGAIN -> "QEMU accepted no connection in " + seconds(timeoutNanos);
                default -> String.valueOf(e.getMessage());
            };
            throw new GuestException("There is no QEMU at '" + path + "': " + reason, e);
        } catch (IllegalArgumentException e) {
            throw new GuestException("There is no QEMU at '" + path + "': " + e.getMessage(), e);
        }
    }

    private void greet() {
        ObjectNode greeting = reader.readGreeting(timeoutNanos)
                .orElseThrow(() -> new GuestException("No greeting came from '" + path + "' in " + seconds(timeoutNanos)
                        + ": another client holds this QMP socket, which serves one at a time, or QEMU hangs. Give QEMU"
                        + " a QMP socket for Faultline alone"));
        if (!greeting.has("QMP")) {
            throw new GuestException("What listens at '" + path + "' is no QMP server");
        }
        reader.start(path);
        execute("qmp_capabilities");
    }

    /** {@return the process that made the socket listen: QEMU itself, or what passed the socket to it, libvirt say} */
    public int listenerProcessId() {
        return connection.peer().processId();
    }

    /** {@return the longest that a command may take, in nanoseconds} */
    public long timeoutNanos() {
        return timeoutNanos;
    }

    /**
     * Has a command carried out.
     *
     * @param command the command
     * @return what it returned
     * @throws GuestException if QEMU refuses it, does not answer in time, or has gone
     */
    public JsonNode execute(String command) {
        return execute(command, Json.object());
    }

    /**
     * Has a command carried out.
     *
     * @param command the command
     * @param arguments its arguments
     * @return what it returned
     * @throws GuestException if QEMU refuses it, does not answer in time, or has gone
     */
    public JsonNode execute(String command, ObjectNode arguments) {
        return ask(command, arguments, List.of()).orThrow();
    }

    /**
     * Has a command carried out that QEMU may refuse.
     *
     * @param command the command
     * @param arguments its arguments
     * @param fds descriptors that go with it, copies of which arrive
     * @return the answer
     * @throws GuestException if QEMU does not answer in time, or has gone
     */
    public QmpReply ask(String command, ObjectNode arguments, List<Fd> fds) {
        long deadlineNanos = System.nanoTime() + timeoutNanos;
        try {
            if (!calling.tryLock(timeoutNanos, TimeUnit.NANOSECONDS)) {
                throw late(command);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new GuestException("The wait to send '" + command + "' to QEMU was interrupted", e);
        }
        try {
            return exchange(new PendingCall(++lastId, command), arguments, fds, deadlineNanos);
        } finally {
            calling.unlock();
        }
    }

    private QmpReply exchange(PendingCall call, ObjectNode arguments, List<Fd> fds, long deadlineNanos) {
        ObjectNode request = Json.object().put("execute", call.command).put("id", call.id);
        request.set("arguments", arguments);
        reader.expect(call);
        try {
            send(call.command, Json.line(request), fds);
            return call.await(deadlineNanos - System.nanoTime());
        } catch (TimeoutException e) {
            throw late(call.command);
        } finally {
            reader.forget(call);
        }
    }

    private void send(String command, byte[] line, List<Fd> fds) {
        try {
            connection.send(line, fds);
        } catch (LinuxException e) {
            if (e.errno() == Errno.EAGAIN) {
                close(); // half a line may be on its way
                throw late(command);
            }
            throw new GuestException(reader.goneBefore(command), e);
        } catch (IllegalStateException e) {
            throw new GuestException(reader.goneBefore(command), e);
        }
    }

    private GuestException late(String command) {
        return new GuestException(
                "QEMU does not answer: '" + command + "' at '" + path + "' took more than " + seconds(timeoutNanos));
    }

    /** {@return the number of the last event so far, for {@link #awaitEvent}} */
    public long eventMark() {
        return events.mark();
    }

    /**
     * Waits for an event. Of those before, the last 1024 are remembered.
     *
     * @param mark the number of an event: later ones count
     * @param wanted which
     * @param timeoutNanos how long at most
     * @return the first of them; nothing when the time is up, or when the connection has ended
     */
    public Optional<QmpEvent> awaitEvent(long mark, Predicate<QmpEvent> wanted, long timeoutNanos) {
        return events.await(mark, wanted, timeoutNanos);
    }

    /**
     * Looks back.
     *
     * @param mark the number of an event: later ones count
     * @param wanted which
     * @return the last of them so far
     */
    public Optional<QmpEvent> lastEvent(long mark, Predicate<QmpEvent> wanted) {
        return events.last(mark, wanted);
    }

    /** {@return whether the connection has ended: closed here, or by QEMU, which has mostly ended itself then} */
    public boolean hasEnded() {
        return reader.hasEnded();
    }

    private static String seconds(long nanos) {
        return String.format(Locale.ROOT, "%.3g s", nanos / 1e9);
    }

    @Override
    public void close() {
        reader.close();
    }
}
