package dev.faultline.cli.operator;

import dev.faultline.cli.json.Json;
import dev.faultline.cli.process.OperatorException;
import dev.faultline.uffd.ipc.LineReader;
import dev.faultline.uffd.ipc.UnixConnection;
import dev.faultline.uffd.ipc.UnixListener;
import dev.faultline.uffd.os.LinuxException;
import dev.faultline.uffd.os.Processes;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** Lets operators of this host look after a move: root, and the user of this process. */
public final class OperatorSocket implements AutoCloseable {
    private static final int MAX_ANSWERS = 8;
    private static final long LAST_ANSWERS_SECONDS = 1;
    private static final long RETRY_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    private final UnixListener listener;
    private final MoveDesk desk;
    private final Semaphore answering = new Semaphore(MAX_ANSWERS);
    private volatile boolean closed;

    private OperatorSocket(UnixListener listener, MoveDesk desk) {
        this.listener = listener;
        this.desk = desk;
    }

    /**
     * Begins to serve.
     *
     * @param name a path, or {@code @name}
     * @param desk answers
     * @return the socket
     * @throws OperatorException if the name is taken or cannot be had
     */
    public static OperatorSocket open(String name, MoveDesk desk) throws OperatorException {
        try {
            OperatorSocket socket = new OperatorSocket(UnixListener.listen(name), desk);
            start(socket::accept);
            return socket;
        } catch (LinuxException | IllegalArgumentException e) {
            throw new OperatorException("The control socket '" + name + "' cannot be opened: " + e.getMessage(), e);
        }
    }

    private static void start(Runnable work) {
        Thread.ofPlatform().daemon().name("faultline-operator").start(work);
    }

    private void accept() {
        while (!closed) {
            try {
                UnixConnection connection = listener.accept();
                start(() -> serve(connection));
            } catch (LinuxException | IllegalStateException e) {
                LockSupport.parkNanos(RETRY_NANOS); // closed, or out of descriptors for a moment
            }
        }
    }

    private void serve(UnixConnection connection) {
        try (connection) {
            int userId = connection.peer().userId();
            if (userId != 0 && userId != Processes.userId()) {
                return;
            }
            LineReader lines = new LineReader(connection);
            LineReader.Outcome outcome = lines.next(-1);
            while (outcome != LineReader.Outcome.END) {
                lines.closeFds(); // nobody asked for any
                answer(connection, outcome == LineReader.Outcome.LINE ? lines.line() : new byte[0]);
                outcome = lines.next(-1);
            }
        } catch (LinuxException | IllegalStateException e) {
            // The operator has gone.
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void answer(UnixConnection connection, byte[] line) throws InterruptedException {
        answering.acquire();
        try {
            String answer = Json.line(desk.answer(new String(line, StandardCharsets.UTF_8)));
            connection.send((answer + "\n").getBytes(StandardCharsets.UTF_8), List.of());
        } finally {
            answering.release();
        }
    }

    /** Takes no more; who has ordered something, such as the end of the move, gets the answer still. */
    @Override
    public void close() {
        closed = true;
        listener.close();
        try {
            if (!answering.tryAcquire(MAX_ANSWERS, LAST_ANSWERS_SECONDS, TimeUnit.SECONDS)) {
                System.getLogger(OperatorSocket.class.getName())
                        .log(System.Logger.Level.DEBUG, "an operator does not read the answer");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
