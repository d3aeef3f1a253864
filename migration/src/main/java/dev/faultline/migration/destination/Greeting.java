package dev.faultline.migration.destination;

import dev.faultline.migration.wire.Frame;
import dev.faultline.migration.wire.FrameChannel;
import dev.faultline.migration.wire.FrameHeader;
import dev.faultline.migration.wire.FrameType;
import dev.faultline.migration.wire.Role;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/** A connection that has said what it is for. */
record Greeting(Role role, long sessionId, FrameChannel channel) {
    /** A source says hello at once; who does not is no source. */
    static final long LIMIT_MILLIS = 5_000;

    private static final System.Logger LOG = System.getLogger(Greeting.class.getName());

    /** {@return what a connection says, or nothing, having closed it, if that is no hello of this version} */
    static Optional<Greeting> read(SocketChannel channel) {
        AtomicBoolean done = new AtomicBoolean();
        CompletableFuture.delayedExecutor(LIMIT_MILLIS, TimeUnit.MILLISECONDS).execute(() -> {
            if (done.compareAndSet(false, true)) {
                closeQuietly(channel);
            }
        });
        try {
            FrameChannel frames = new FrameChannel(channel);
            Optional<Greeting> greeting = read(frames);
            if (greeting.isPresent() && done.compareAndSet(false, true)) {
                return greeting;
            }
        } catch (IOException e) {
            LOG.log(System.Logger.Level.DEBUG, "a connection that said no hello ended", e);
        }
        done.set(true);
        closeQuietly(channel);
        return Optional.empty();
    }

    private static Optional<Greeting> read(FrameChannel frames) throws IOException {
        FrameHeader hello = frames.readHeader();
        Optional<Role> role = Role.of(hello.flags());
        if (hello.type() != FrameType.HELLO
                || hello.page() != Frame.MAGIC
                || hello.payloadBytes() != 0
                || role.isEmpty()) {
            return Optional.empty();
        }
        if (hello.count() != Frame.VERSION) {
            refuse(frames, hello.count());
            return Optional.empty();
        }
        return Optional.of(new Greeting(role.get(), hello.round(), frames));
    }

    private static void refuse(FrameChannel frames, long version) throws IOException {
        String reason = "the destination speaks version " + Frame.VERSION + " of the protocol, not " + version
                + ": use the same Faultline on both sides";
        LOG.log(System.Logger.Level.WARNING, "a source was sent away: " + reason);
        frames.write(Frame.abort(reason));
        frames.endOutput();
        // Closing with something unread would reset the connection, and the reason be lost on its way.
        ByteBuffer rest = ByteBuffer.allocate(FrameHeader.BYTES);
        while (true) {
            frames.readFully(rest.clear());
        }
    }

    private static void closeQuietly(SocketChannel channel) {
        try {
            channel.close();
        } catch (IOException e) {
            LOG.log(System.Logger.Level.DEBUG, "closing failed", e);
        }
    }
}
