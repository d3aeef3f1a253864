package dev.faultline.migration.destination;

import dev.faultline.migration.MigrationException;
import dev.faultline.migration.host.Host;
import dev.faultline.migration.host.Link;
import dev.faultline.migration.host.Listener;
import dev.faultline.migration.host.Signal;
import dev.faultline.migration.wire.Frame;
import dev.faultline.migration.wire.FrameChannel;
import dev.faultline.migration.wire.FrameHeader;
import java.io.EOFException;
import java.io.IOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;

/**
 * Listens for a source. Its connections say the same session id; who says nothing sensible, or nothing in time, is
 * sent away, and does not keep anybody else from connecting. It goes on listening while a guest moves, for the source
 * whose connections break comes again.
 */
public final class Acceptor implements AutoCloseable {
    private static final int MAX_GREETING = 32;
    private static final int MAX_GREETED = 64;
    private static final long EXPIRY_NANOS = 500_000_000L;
    private static final long PAUSE_NANOS = 100_000_000L;
    private static final System.Logger LOG = System.getLogger(Acceptor.class.getName());

    private final Host host;
    private final Listener listener;
    private final ArrayBlockingQueue<Greeting> greeted = new ArrayBlockingQueue<>(MAX_GREETED);
    private final Signal changed;
    private final Semaphore greeting = new Semaphore(MAX_GREETING);

    private Acceptor(Host host, Listener listener) {
        this.host = host;
        this.listener = listener;
        changed = host.newSignal();
    }

    /**
     * Listens.
     *
     * @param host where this engine runs
     * @param address where; port 0 lets the kernel choose
     * @return the acceptor
     * @throws MigrationException if the address is taken or not of this host
     */
    public static Acceptor listen(Host host, InetSocketAddress address) throws MigrationException {
        try {
            Acceptor acceptor = new Acceptor(host, host.listen(address));
            host.start("accept", acceptor::acceptAll);
            return acceptor;
        } catch (BindException e) {
            throw new MigrationException(
                    "cannot listen on " + address.getHostString() + ":" + address.getPort() + ": " + e.getMessage()
                            + "; choose another address or port",
                    e);
        } catch (IOException e) {
            throw new MigrationException("cannot listen: " + e.getMessage(), e);
        }
    }

    /** {@return where it listens, as an operator writes it} */
    String address() {
        return listener.address().getAddress().getHostAddress() + ":" + port();
    }

    /** {@return the port that it listens on} */
    public int port() {
        return listener.address().getPort();
    }

    private void acceptAll() {
        while (listener.isOpen()) {
            try {
                Link link = listener.accept();
                if (greeting.tryAcquire()) {
                    host.start("greet", () -> greet(link));
                } else {
                    link.close();
                }
            } catch (ClosedChannelException e) {
                return; // a source has come, or nobody waits any more
            } catch (IOException e) {
                LOG.log(System.Logger.Level.WARNING, "accepting a connection failed", e);
                host.pause(PAUSE_NANOS); // too many open files, say: that passes
            }
        }
    }

    private void greet(Link link) {
        try {
            Optional<Greeting> from = Greeting.read(host, link);
            from.ifPresent(this::handOn);
        } finally {
            greeting.release();
        }
    }

    private void handOn(Greeting from) {
        boolean isWanted = greeted.offer(from);
        if (!isWanted || (!listener.isOpen() && greeted.remove(from))) {
            from.channel().close(); // nobody takes it any more; if somebody has just taken it, it is theirs
        }
        changed.raise();
    }

    /** Waits for a source with all of its connections that moves a guest here. */
    Gathering.Source awaitNew() throws MigrationException {
        return require(awaitSource(
                source -> !source.attempt().resumed(),
                () -> false,
                "this destination waits for a new guest, and not for the rest of one: run 'faultline resume' here"));
    }

    /** Waits for the source of one session to come again; others are sent away. */
    Gathering.Source awaitAgain(long sessionId) throws MigrationException {
        return require(awaitAgain(sessionId, () -> false));
    }

    /**
     * As {@link #awaitAgain(long)}, until it need not.
     *
     * @param ended looked at some times a second, and by {@link #lookAgain}
     */
    Optional<Gathering.Source> awaitAgain(long sessionId, BooleanSupplier ended) throws MigrationException {
        return awaitSource(
                source -> source.sessionId() == sessionId && source.attempt().resumed(),
                ended,
                "another move is expected here");
    }

    void lookAgain() {
        changed.raise();
    }

    private static Gathering.Source require(Optional<Gathering.Source> source) throws MigrationException {
        return source.orElseThrow(() -> new MigrationException("nobody waits for a source any more", null));
    }

    private Optional<Gathering.Source> awaitSource(
            Predicate<Gathering.Source> isWanted, BooleanSupplier ended, String refusal) throws MigrationException {
        try (Gathering gathering = new Gathering()) {
            while (!ended.getAsBoolean()) {
                changed.await(() -> !greeted.isEmpty() || !listener.isOpen() || ended.getAsBoolean(), EXPIRY_NANOS);
                Greeting next = greeted.poll();
                if (next != null) {
                    Optional<Gathering.Source> complete = gathering.add(next, host.nanoTime());
                    if (complete.filter(isWanted).isPresent()) {
                        return complete;
                    }
                    complete.ifPresent(source -> sendAway(source, refusal));
                } else if (!listener.isOpen()) {
                    return Optional.empty();
                }
                gathering.expire(host.nanoTime());
            }
            return Optional.empty();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new MigrationException("interrupted while waiting for a source", e);
        }
    }

    /** Closing with something unread would reset the connection, and the reason be lost on its way. */
    private void sendAway(Gathering.Source source, String reason) {
        AtomicBoolean over = new AtomicBoolean();
        Signal ended = host.newSignal();
        host.start("send-away", () -> {
            tellReason(source, reason);
            over.set(true);
            ended.raise();
        });
        host.start("send-away-limit", () -> {
            try {
                ended.await(over::get, Greeting.LIMIT_NANOS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            source.close();
        });
    }

    private static void tellReason(Gathering.Source source, String reason) {
        FrameChannel control = source.control();
        ByteBuffer rest = ByteBuffer.allocate(FrameHeader.BYTES);
        try {
            control.write(Frame.abort(reason));
            control.endOutput();
            while (true) {
                control.readFully(rest.clear());
            }
        } catch (EOFException e) {
            return; // it has heard
        } catch (IOException e) {
            LOG.log(System.Logger.Level.DEBUG, "a source was not told why", e);
        }
    }

    @Override
    public void close() {
        listener.close();
        changed.raise();
        for (Greeting late = greeted.poll(); late != null; late = greeted.poll()) {
            late.channel().close();
        }
    }
}
