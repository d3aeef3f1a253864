package dev.faultline.migration.destination;

import dev.faultline.migration.MigrationException;
import dev.faultline.migration.wire.Frame;
import dev.faultline.migration.wire.Role;
import java.io.IOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.Optional;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/**
 * Listens for a source. Its three connections say the same session id; who says nothing sensible, or nothing in time, is
 * sent away, and does not keep anybody else from connecting.
 */
public final class Acceptor implements AutoCloseable {
    private static final int MAX_GREETING = 32;
    private static final int MAX_GREETED = 64;
    private static final long EXPIRY_MILLIS = 500;
    private static final long PAUSE_MILLIS = 100;
    private static final System.Logger LOG = System.getLogger(Acceptor.class.getName());

    private final ServerSocketChannel listener;
    private final LinkedBlockingQueue<Greeting> greeted = new LinkedBlockingQueue<>(MAX_GREETED);
    private final Semaphore greeting = new Semaphore(MAX_GREETING);

    private Acceptor(ServerSocketChannel listener) {
        this.listener = listener;
    }

    /**
     * Listens.
     *
     * @param address where; port 0 lets the kernel choose
     * @return the acceptor
     * @throws MigrationException if the address is taken or not of this host
     */
    public static Acceptor listen(InetSocketAddress address) throws MigrationException {
        try {
            ServerSocketChannel listener = ServerSocketChannel.open().bind(address);
            Acceptor acceptor = new Acceptor(listener);
            Thread.ofPlatform().name("faultline-accept").daemon().start(acceptor::acceptAll);
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
        return listener.socket().getInetAddress().getHostAddress() + ":" + port();
    }

    /** {@return the port that it listens on} */
    public int port() {
        return listener.socket().getLocalPort();
    }

    private void acceptAll() {
        while (listener.isOpen()) {
            try {
                SocketChannel channel = listener.accept();
                if (greeting.tryAcquire()) {
                    Thread.ofPlatform().name("faultline-greet").daemon().start(() -> greet(channel));
                } else {
                    channel.close();
                }
            } catch (ClosedChannelException e) {
                return; // a source has come, or nobody waits any more
            } catch (IOException e) {
                LOG.log(System.Logger.Level.WARNING, "accepting a connection failed", e);
                pause(); // too many open files, say: that passes
            }
        }
    }

    private static void pause() {
        try {
            Thread.sleep(PAUSE_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void greet(SocketChannel channel) {
        try {
            Optional<Greeting> from = Greeting.read(channel);
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
    }

    /** Waits for a source with all of its connections, then closes the listener: one migration for one waiting guest. */
    Gathering.Source awaitSource() throws MigrationException {
        return awaitSource(_ -> true);
    }

    /** Waits for the source of one session; others are sent away. */
    Gathering.Source awaitSource(long sessionId) throws MigrationException {
        return awaitSource(source -> source.sessionId() == sessionId);
    }

    private Gathering.Source awaitSource(Predicate<Gathering.Source> isWanted) throws MigrationException {
        Gathering gathering = new Gathering();
        try {
            while (true) {
                Greeting next = greeted.poll(EXPIRY_MILLIS, TimeUnit.MILLISECONDS);
                if (next != null) {
                    Optional<Gathering.Source> complete = gathering.add(next, System.nanoTime());
                    if (complete.filter(isWanted).isPresent()) {
                        return complete.get();
                    }
                    complete.ifPresent(Acceptor::sendAway);
                } else if (!listener.isOpen()) {
                    throw new MigrationException("nobody waits for a source any more", null);
                }
                gathering.expire(System.nanoTime());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new MigrationException("interrupted while waiting for a source", e);
        } finally {
            gathering.close();
            close();
        }
    }

    private static void sendAway(Gathering.Source source) {
        try {
            source.channel(Role.CONTROL).write(Frame.abort("another move is expected here"));
        } catch (IOException e) {
            LOG.log(System.Logger.Level.DEBUG, "a source was not told why", e);
        }
        source.close();
    }

    @Override
    public void close() {
        try {
            listener.close();
        } catch (IOException e) {
            LOG.log(System.Logger.Level.DEBUG, "closing failed", e);
        }
        for (Greeting late = greeted.poll(); late != null; late = greeted.poll()) {
            late.channel().close();
        }
    }
}
