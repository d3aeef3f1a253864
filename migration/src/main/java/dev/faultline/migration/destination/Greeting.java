package dev.faultline.migration.destination;

import dev.faultline.migration.host.Host;
import dev.faultline.migration.host.Link;
import dev.faultline.migration.host.Signal;
import dev.faultline.migration.wire.Frame;
import dev.faultline.migration.wire.FrameChannel;
import dev.faultline.migration.wire.FrameHeader;
import dev.faultline.migration.wire.FrameType;
import dev.faultline.migration.wire.Role;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;

/** A connection that has said what it is for. */
record Greeting(Role role, Gathering.Attempt attempt, FrameChannel channel) {
    /** A source says hello at once; who does not is no source. */
    static final long LIMIT_NANOS = 5_000_000_000L;

    private static final AtomicBoolean WARNED = new AtomicBoolean();
    private static final System.Logger LOG = System.getLogger(Greeting.class.getName());

    /** {@return what a connection says, or nothing, having closed it, if that is no hello of this version} */
    static Optional<Greeting> read(Host host, Link link) {
        AtomicBoolean done = new AtomicBoolean();
        Signal ended = host.newSignal();
        host.start("greeting-limit", () -> limit(ended, done, link));
        try {
            Optional<Greeting> greeting = read(new FrameChannel(link));
            if (greeting.isPresent() && done.compareAndSet(false, true)) {
                ended.raise();
                return greeting;
            }
        } catch (IOException e) {
            LOG.log(System.Logger.Level.DEBUG, "a connection that said no hello ended", e);
        }
        done.set(true);
        ended.raise();
        link.close();
        return Optional.empty();
    }

    private static void limit(Signal ended, AtomicBoolean done, Link link) {
        try {
            ended.await(done::get, LIMIT_NANOS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        if (done.compareAndSet(false, true)) {
            link.close();
        }
    }

    private static Optional<Greeting> read(FrameChannel frames) throws IOException {
        FrameHeader hello = frames.readHeader();
        if (hello.isTls()) {
            refuse(
                    frames,
                    "the source speaks TLS, and the destination does not: give --tls-cert, --tls-key and --tls-ca to"
                            + " both, or to neither");
            return Optional.empty();
        }
        Optional<Role> role = Role.of(hello.flags() & ~Frame.FLAG_RESUMED);
        if (hello.type() != FrameType.HELLO
                || hello.page() != Frame.MAGIC
                || hello.payloadBytes() != 0
                || role.isEmpty()) {
            return Optional.empty();
        }
        if (hello.count() != Frame.VERSION) {
            refuse(
                    frames,
                    "the destination speaks version " + Frame.VERSION + " of the protocol, not " + hello.count()
                            + ": use the same Faultline on both sides");
            return Optional.empty();
        }
        boolean resumed = (hello.flags() & Frame.FLAG_RESUMED) != 0;
        return Optional.of(
                new Greeting(role.get(), new Gathering.Attempt(hello.round(), hello.region(), resumed), frames));
    }

    private static void refuse(FrameChannel frames, String reason) throws IOException {
        // Each is told; who comes again and again must not fill the log.
        boolean first = WARNED.compareAndSet(false, true);
        LOG.log(first ? System.Logger.Level.WARNING : System.Logger.Level.DEBUG, "a source was sent away: " + reason);
        frames.write(Frame.abort(reason));
        frames.endOutput();
        // Closing with something unread would reset the connection, and the reason be lost on its way.
        ByteBuffer rest = ByteBuffer.allocate(FrameHeader.BYTES);
        while (true) {
            frames.readFully(rest.clear());
        }
    }
}
