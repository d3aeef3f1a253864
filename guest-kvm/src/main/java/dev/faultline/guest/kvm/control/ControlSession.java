package dev.faultline.guest.kvm.control;

import dev.faultline.uffd.ipc.LineReader;
import dev.faultline.uffd.ipc.LineReader.Outcome;
import dev.faultline.uffd.ipc.UnixConnection;
import dev.faultline.uffd.os.Fd;
import dev.faultline.uffd.os.LinuxException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * One connection of the control socket. Its reader notices the peer's end at once, also while its worker carries out a
 * command: a load-state may wait for a page that only the next engine can bring, and that engine cannot attach before
 * this one's claim has ended. The connection is closed after the last command was answered.
 */
final class ControlSession {
    /** Commands that one peer may send ahead. */
    static final int MAX_WAITING = 4;

    /** What the reader hands to the worker. */
    private sealed interface Received {
        record Request(ObjectNode node) implements Received {}

        record Unreadable(RefusedException reason) implements Received {}

        record End() implements Received {}
    }

    private final UnixConnection connection;
    private final int peerProcessId;
    private final Commands commands;
    private final Consumer<ControlSession> onEnd;
    private final BlockingQueue<Received> waiting = new ArrayBlockingQueue<>(MAX_WAITING + 1); // one more for the end
    private final ReentrantLock sending = new ReentrantLock();
    private final Thread reader;
    private final Thread worker;
    private volatile boolean over;

    ControlSession(
            UnixConnection connection,
            int peerProcessId,
            Commands commands,
            long number,
            Consumer<ControlSession> onEnd) {
        this.connection = connection;
        this.peerProcessId = peerProcessId;
        this.commands = commands;
        this.onEnd = onEnd;
        reader = Thread.ofPlatform()
                .daemon()
                .name("faultline-control-read-" + number)
                .unstarted(this::read);
        worker = Thread.ofPlatform()
                .daemon()
                .name("faultline-control-work-" + number)
                .unstarted(this::work);
    }

    void start() {
        reader.start();
        worker.start();
    }

    int peerProcessId() {
        return peerProcessId;
    }

    /** Whether the peer has closed. */
    boolean isOver() {
        return over;
    }

    /** Closes the connection under both threads. */
    void close() {
        connection.close();
    }

    /** Waits for the command in progress; returns whether it ended in time. */
    boolean awaitEnd(Duration timeout) throws InterruptedException {
        return worker.join(timeout);
    }

    private void read() {
        LineReader lines = new LineReader(connection);
        try {
            for (Outcome outcome = lines.next(-1); outcome != Outcome.END; outcome = lines.next(-1)) {
                lines.closeFds(); // no command takes any
                enqueue(outcome == Outcome.LINE ? parse(lines.line()) : tooLong());
            }
        } catch (LinuxException | IllegalStateException e) {
            // Reset by the peer, or closed by the server: the end either way.
        } finally {
            lines.closeFds();
            over = true;
            commands.claim().end(this);
            waiting.add(new Received.End());
        }
    }

    private static Received parse(byte[] line) {
        try {
            return new Received.Request(Json.parseObject(line));
        } catch (RefusedException e) {
            return new Received.Unreadable(e);
        }
    }

    private static Received tooLong() {
        return new Received.Unreadable(new RefusedException(
                ErrorClass.BAD_REQUEST, "a line has at most " + LineReader.MAX_LINE_BYTES + " bytes"));
    }

    private void enqueue(Received received) {
        if (waiting.size() < MAX_WAITING) {
            waiting.add(received);
        } else {
            send(error(new RefusedException(
                    ErrorClass.BUSY, "more than " + MAX_WAITING + " commands wait already: read their answers first")));
        }
    }

    private void work() {
        try {
            send(commands.greeting());
            boolean more = true;
            while (more) {
                more = serve(waiting.take());
            }
        } catch (LinuxException | IllegalStateException e) {
            // The peer is gone, or the server closes: nobody to tell.
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            connection.close();
            onEnd.accept(this);
        }
    }

    private boolean serve(Received received) {
        switch (received) {
            case Received.Request(ObjectNode node) -> answer(node);
            case Received.Unreadable(RefusedException reason) -> send(error(reason));
            case Received.End() -> {
                return false;
            }
        }
        return true;
    }

    private void answer(ObjectNode request) {
        ObjectNode reply;
        List<Fd> fds = List.of();
        Runnable afterwards = () -> {};
        try {
            Answer answer = commands.execute(this, request);
            reply = Json.object();
            reply.set("return", answer.value());
            fds = answer.fds();
            afterwards = answer.afterwards();
        } catch (RefusedException e) {
            reply = error(e);
        } catch (RuntimeException e) {
            reply = error(new RefusedException(ErrorClass.FAILED, describe(request, e)));
        }
        JsonNode id = request.path("id");
        if (!id.isMissingNode()) {
            reply.set("id", id);
        }
        try {
            send(reply, fds);
        } finally {
            afterwards.run();
        }
    }

    private static String describe(ObjectNode request, RuntimeException e) {
        String reason = e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
        return request.path("execute").asString("the command") + " failed: " + reason;
    }

    static ObjectNode error(RefusedException e) {
        ObjectNode reply = Json.object();
        reply.putObject("error").put("class", e.errorClass().wireName()).put("desc", e.getMessage());
        return reply;
    }

    private void send(ObjectNode message) {
        send(message, List.of());
    }

    private void send(ObjectNode message, List<Fd> fds) {
        sending.lock();
        try {
            connection.send(Json.line(message), fds);
        } finally {
            sending.unlock();
        }
    }
}
