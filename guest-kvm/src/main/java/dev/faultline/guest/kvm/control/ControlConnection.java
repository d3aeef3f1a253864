package dev.faultline.guest.kvm.control;

import dev.faultline.migration.guest.GuestException;
import dev.faultline.uffd.internal.linux.Errno;
import dev.faultline.uffd.ipc.LineReader;
import dev.faultline.uffd.ipc.LineReader.Outcome;
import dev.faultline.uffd.ipc.UnixConnection;
import dev.faultline.uffd.os.Fd;
import dev.faultline.uffd.os.LinuxException;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongFunction;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/**
 * The client's end of a control socket. One command at a time, each with the same time limit; the time that a thread
 * waits for another's command counts. An answer that comes too late is dropped, and the connection stays usable.
 */
final class ControlConnection implements AutoCloseable {
    /** What a command returned. The caller owns the descriptors. */
    record Reply(ObjectNode value, List<Fd> fds) {}

    private final String name;
    private final long timeoutNanos;
    private final UnixConnection connection;
    private final LineReader lines;
    private final ReentrantLock calling = new ReentrantLock();
    private long lastId;
    private volatile boolean closed;

    private ControlConnection(String name, long timeoutNanos, UnixConnection connection) {
        this.name = name;
        this.timeoutNanos = timeoutNanos;
        this.connection = connection;
        lines = new LineReader(connection);
    }

    /**
     * Connects, and reads the greeting.
     *
     * @throws GuestException if no guest answers there in time
     */
    static ControlConnection open(String name, long timeoutNanos) {
        ControlConnection control = new ControlConnection(name, timeoutNanos, connect(name, timeoutNanos));
        try {
            control.readGreeting();
            return control;
        } catch (RuntimeException e) {
            control.close();
            throw e;
        }
    }

    private static UnixConnection connect(String name, long timeoutNanos) {
        try {
            return UnixConnection.connect(name, timeoutNanos);
        } catch (LinuxException e) {
            String reason = switch (e.errno()) {
                case Errno.ENOENT, Errno.ECONNREFUSED -> "no guest process listens there";
                case Errno.EAGAIN -> "its process accepted no connection in " + seconds(timeoutNanos);
                default -> e.getMessage();
            };
            throw new GuestException("There is no guest at '" + name + "': " + reason, e);
        } catch (IllegalArgumentException e) {
            throw new GuestException("There is no guest at '" + name + "': " + e.getMessage(), e);
        }
    }

    private void readGreeting() {
        ObjectNode greeting = receive("greet", System.nanoTime() + timeoutNanos);
        if (greeting.has("error")) {
            throw refused("the connection", greeting);
        }
        if (!greeting.has("faultline")) {
            throw new GuestException("What listens at '" + name + "' is no Faultline guest");
        }
    }

    /** {@return the process at the other end} */
    long serverProcessId() {
        return connection.peer().processId();
    }

    /**
     * Has a command carried out.
     *
     * @throws GuestException if the guest refuses it, does not answer in time, or has gone
     */
    Reply call(String command, ObjectNode arguments) {
        return withinTime(command, deadlineNanos -> exchange(command, arguments, deadlineNanos));
    }

    /**
     * Has a command carried out, and waits until the server has closed the connection.
     *
     * @throws GuestException if the guest refuses it, or neither answers nor closes in time
     */
    void callLast(String command) {
        withinTime(command, deadlineNanos -> {
            Reply reply = exchange(command, Json.object(), deadlineNanos);
            awaitEnd(command, deadlineNanos);
            return reply;
        });
    }

    private <T> T withinTime(String command, LongFunction<T> exchange) {
        long deadlineNanos = System.nanoTime() + timeoutNanos;
        if (!lockWithin(timeoutNanos)) {
            throw late(command);
        }
        try {
            return exchange.apply(deadlineNanos);
        } finally {
            lines.closeFds();
            calling.unlock();
        }
    }

    private boolean lockWithin(long limitNanos) {
        try {
            return calling.tryLock(limitNanos, TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private Reply exchange(String command, ObjectNode arguments, long deadlineNanos) {
        long id = ++lastId;
        ObjectNode request = Json.object().put("execute", command).put("id", id);
        request.set("arguments", arguments);
        send(command, request);
        while (true) {
            ObjectNode answer = receive(command, deadlineNanos);
            if (answer.has("id") && answer.path("id").asLong(0) != id) {
                lines.closeFds(); // the answer to a command whose time was up
                continue;
            }
            if (answer.has("error")) {
                throw refused(command, answer);
            }
            return new Reply(understand(command, () -> Json.child(answer, "return")), lines.takeFds());
        }
    }

    private void send(String command, ObjectNode request) {
        try {
            connection.send(Json.line(request), List.of());
        } catch (LinuxException e) {
            if (e.errno() == Errno.EAGAIN) {
                close(); // half a line may be on its way
                throw late(command);
            }
            throw gone(command, e);
        } catch (IllegalStateException e) {
            throw gone(command, e);
        }
    }

    private ObjectNode receive(String command, long deadlineNanos) {
        return switch (next(command, deadlineNanos)) {
            case LINE -> understand(command, () -> Json.parseObject(lines.line()));
            case TOO_LONG -> throw new GuestException(guest() + " answered '" + command + "' with too long a line");
            case TIMED_OUT -> throw late(command);
            case END -> throw gone(command, null);
        };
    }

    private void awaitEnd(String command, long deadlineNanos) {
        Outcome outcome;
        do {
            outcome = next(command, deadlineNanos);
        } while (outcome != Outcome.END && outcome != Outcome.TIMED_OUT);
        if (outcome == Outcome.TIMED_OUT) {
            throw new GuestException(guest() + " took '" + command + "' but did not end in " + seconds(timeoutNanos));
        }
    }

    private Outcome next(String command, long deadlineNanos) {
        try {
            return lines.next(Math.max(0, deadlineNanos - System.nanoTime()));
        } catch (LinuxException | IllegalStateException e) {
            throw gone(command, e);
        }
    }

    /**
     * Reads an answer, which is not trusted to be what this program would have sent.
     *
     * @throws GuestException if the reading fails
     */
    <T> T understand(String command, Supplier<T> reading) {
        try {
            return reading.get();
        } catch (RefusedException | IllegalArgumentException | ArithmeticException | LinuxException e) {
            throw new GuestException(
                    guest() + " answered '" + command + "' in a way that cannot be understood: " + e.getMessage(), e);
        }
    }

    private GuestException refused(String what, ObjectNode answer) {
        String reason = answer.path("error").path("desc").asString("no reason given");
        return new GuestException(guest() + " refused '" + what + "': " + reason);
    }

    private GuestException late(String command) {
        return new GuestException(guest() + " did not answer '" + command + "' in " + seconds(timeoutNanos));
    }

    private GuestException gone(String command, @Nullable Throwable cause) {
        return closed
                ? new GuestException("The connection to the guest at '" + name + "' was closed", cause)
                : new GuestException(
                        guest() + " closed its connection before it answered '" + command
                                + "': its process has ended, or is about to",
                        cause);
    }

    private String guest() {
        return "The guest at '" + name + "'";
    }

    private static String seconds(long nanos) {
        return String.format(Locale.ROOT, "%.3g s", nanos / 1e9);
    }

    @Override
    public void close() {
        closed = true;
        connection.close();
    }
}
