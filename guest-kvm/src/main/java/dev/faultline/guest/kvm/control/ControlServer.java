package dev.faultline.guest.kvm.control;

import dev.faultline.migration.guest.GuestException;
import dev.faultline.uffd.internal.linux.Errno;
import dev.faultline.uffd.internal.linux.LibC;
import dev.faultline.uffd.ipc.UnixConnection;
import dev.faultline.uffd.ipc.UnixConnection.Peer;
import dev.faultline.uffd.ipc.UnixListener;
import dev.faultline.uffd.os.LinuxException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * The control socket of a guest process. Whoever it serves is root or the user of this process.
 *
 * <p>Engines come and go: when the engine's connection closes, its claim ends, with it any throttling, and nothing else happens. A guest that it
 * paused and did not relinquish stays paused, since a hand-over may be in doubt and the guest may run elsewhere by now;
 * the next engine decides.
 */
public final class ControlServer implements AutoCloseable {
    private static final int MAX_SESSIONS = 64;
    private static final long RETRY_NANOS = TimeUnit.MILLISECONDS.toNanos(100);
    private static final Logger LOG = System.getLogger(ControlServer.class.getName());

    private final String name;
    private final UnixListener listener;
    private final Set<ControlSession> sessions = ConcurrentHashMap.newKeySet();
    private final CountDownLatch quit = new CountDownLatch(1);
    private final AtomicLong sessionNumber = new AtomicLong();
    private volatile @Nullable Thread acceptor;
    private volatile boolean closed;

    private ControlServer(String name, UnixListener listener) {
        this.name = name;
        this.listener = listener;
    }

    /**
     * Takes the name. Who connects from now on waits until {@link #serve} begins.
     *
     * @param name a path, or {@code @name}
     * @return the server
     * @throws GuestException if the name is taken or cannot be had
     */
    public static ControlServer listen(String name) {
        try {
            return new ControlServer(name, UnixListener.listen(name));
        } catch (LinuxException e) {
            throw new GuestException(reason(name, e), e);
        } catch (IllegalArgumentException e) {
            throw new GuestException("The control socket cannot be opened: " + e.getMessage(), e);
        }
    }

    private static String reason(String name, LinuxException e) {
        return e.errno() == Errno.EADDRINUSE
                ? "The control name '" + name + "' is taken: choose another, or end the guest that has it"
                : "The control socket '" + name + "' cannot be opened: " + e.getMessage();
    }

    /**
     * Begins to serve, on threads of its own.
     *
     * @param guest what is served; it stays open until {@link #stop} has returned true
     */
    public void serve(ServedGuest guest) {
        Commands commands = new Commands(guest, this::requestQuit);
        acceptor = Thread.ofPlatform().daemon().name("faultline-control-accept").start(() -> accept(commands));
    }

    /** Makes {@link #awaitQuit} return. */
    public void requestQuit() {
        quit.countDown();
    }

    /**
     * Waits for the command {@code quit}, or for {@link #requestQuit}.
     *
     * @throws InterruptedException if the waiting thread is interrupted
     */
    public void awaitQuit() throws InterruptedException {
        quit.await();
    }

    /**
     * Closes the socket and every connection, and waits for the commands in progress.
     *
     * @param timeoutNanos how long to wait at most
     * @return whether all of them ended; if not, one still uses the guest, which must then stay open
     * @throws InterruptedException if the waiting thread is interrupted
     */
    public boolean stop(long timeoutNanos) throws InterruptedException {
        long deadlineNanos = System.nanoTime() + timeoutNanos;
        close();
        boolean ended = true;
        for (ControlSession session : sessions) {
            ended &= session.awaitEnd(left(deadlineNanos));
        }
        return ended;
    }

    /** Closes the socket and every connection. The name is free then. Commands in progress go on. */
    @Override
    public void close() {
        if (!closed) {
            closed = true;
            listener.close();
            awaitAcceptor();
            sessions.forEach(ControlSession::close);
        }
    }

    /** A thread inside accept(2) keeps the closed socket, and so its name, alive. */
    private void awaitAcceptor() {
        Thread accepting = acceptor;
        boolean interrupted = false;
        while (accepting != null && accepting.isAlive()) {
            try {
                accepting.join();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private void accept(Commands commands) {
        while (!closed) {
            try {
                welcome(listener.accept(), commands);
            } catch (LinuxException | IllegalStateException e) {
                if (!closed) {
                    LOG.log(Level.WARNING, "a connection to " + name + " was lost: " + e.getMessage());
                    LockSupport.parkNanos(RETRY_NANOS); // out of descriptors, most likely
                }
            }
        }
    }

    private void welcome(UnixConnection connection, Commands commands) {
        try {
            Peer peer = connection.peer();
            checkWelcome(peer);
            ControlSession session = new ControlSession(
                    connection, peer.processId(), commands, sessionNumber.incrementAndGet(), sessions::remove);
            sessions.add(session);
            session.start();
            if (closed) {
                session.close();
            }
        } catch (RefusedException e) {
            connection.send(Json.line(ControlSession.error(e)), List.of());
            connection.close();
        } catch (LinuxException e) {
            connection.close();
            throw e;
        }
    }

    private void checkWelcome(Peer peer) {
        int ownUserId = LibC.geteuid();
        if (!mayControl(peer.userId(), ownUserId)) {
            throw new RefusedException(
                    ErrorClass.FORBIDDEN, "only root and user " + ownUserId + " may control this guest");
        }
        if (sessions.size() >= MAX_SESSIONS) {
            throw new RefusedException(ErrorClass.BUSY, "this guest has " + MAX_SESSIONS + " connections already");
        }
    }

    static boolean mayControl(int peerUserId, int ownUserId) {
        return peerUserId == 0 || peerUserId == ownUserId;
    }

    private static Duration left(long deadlineNanos) {
        return Duration.ofNanos(Math.max(1, deadlineNanos - System.nanoTime()));
    }
}
