package dev.faultline.migration.destination;

import dev.faultline.migration.MigrationException;
import dev.faultline.migration.wire.Frame;
import dev.faultline.migration.wire.FrameChannel;
import dev.faultline.migration.wire.FrameType;
import dev.faultline.migration.wire.Role;
import java.io.IOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Listens for a source. Its three connections say the same session id; who says nothing sensible is sent away, and does
 * not keep anybody else from connecting.
 */
public final class Acceptor implements AutoCloseable {
    private static final int MAX_GREETING = 32;
    private static final long COMPLETE_SECONDS = 10;

    private record Greeted(Role role, long sessionId, FrameChannel channel) {}

    private final ServerSocketChannel listener;
    private final LinkedBlockingQueue<Greeted> greeted = new LinkedBlockingQueue<>();
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

    /** {@return the port that it listens on} */
    public int port() {
        return listener.socket().getLocalPort();
    }

    private void acceptAll() {
        try {
            while (true) {
                SocketChannel channel = listener.accept();
                if (greeting.tryAcquire()) {
                    Thread.ofPlatform().name("faultline-greet").daemon().start(() -> greet(channel));
                } else {
                    channel.close();
                }
            }
        } catch (ClosedChannelException e) {
            return; // a source has come, or nobody waits any more
        } catch (IOException e) {
            System.getLogger(Acceptor.class.getName()).log(System.Logger.Level.WARNING, "accepting failed", e);
        }
    }

    private void greet(SocketChannel channel) {
        try {
            FrameChannel frames = new FrameChannel(channel);
            Frame hello = frames.read();
            Optional<Role> role = Role.of(hello);
            if (hello.type() != FrameType.HELLO || hello.page() != Frame.MAGIC || role.isEmpty()) {
                channel.close();
            } else if (hello.count() != Frame.VERSION) {
                frames.write(Frame.abort("the destination speaks version " + Frame.VERSION + " of the protocol, not "
                        + hello.count() + ": use the same Faultline on both sides"));
                channel.close();
            } else {
                greeted.add(new Greeted(role.get(), hello.round(), frames));
            }
        } catch (IOException e) {
            closeQuietly(channel);
        } finally {
            greeting.release();
        }
    }

    private static void closeQuietly(SocketChannel channel) {
        try {
            channel.close();
        } catch (IOException e) {
            System.getLogger(Acceptor.class.getName()).log(System.Logger.Level.DEBUG, "closing failed", e);
        }
    }

    /** Waits for a source, then closes the listener: one migration for one waiting guest. */
    Map<Role, FrameChannel> awaitSource() throws MigrationException {
        Map<Role, FrameChannel> connections = new EnumMap<>(Role.class);
        long sessionId = 0;
        try {
            while (connections.size() < Role.values().length) {
                Greeted next =
                        connections.isEmpty() ? greeted.take() : greeted.poll(COMPLETE_SECONDS, TimeUnit.SECONDS);
                if (next == null) {
                    throw new MigrationException("a source connected, but not with all of its connections", null);
                }
                if (connections.isEmpty()) {
                    sessionId = next.sessionId();
                }
                add(connections, next, sessionId);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new MigrationException("interrupted while waiting for a source", e);
        } finally {
            close();
        }
        return connections;
    }

    private static void add(Map<Role, FrameChannel> connections, Greeted next, long sessionId) {
        @Nullable
        FrameChannel other =
                next.sessionId() == sessionId ? connections.putIfAbsent(next.role(), next.channel()) : next.channel();
        if (other != null) {
            Objects.requireNonNull(next.channel()).close(); // another source, or a connection too many
        }
    }

    @Override
    public void close() {
        try {
            listener.close();
        } catch (IOException e) {
            System.getLogger(Acceptor.class.getName()).log(System.Logger.Level.DEBUG, "closing failed", e);
        }
    }
}
