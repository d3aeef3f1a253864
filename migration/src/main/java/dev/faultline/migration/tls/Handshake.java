package dev.faultline.migration.tls;

import dev.faultline.migration.host.Host;
import dev.faultline.migration.host.Link;
import dev.faultline.migration.wire.Frame;
import dev.faultline.migration.wire.FrameChannel;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLException;

/** The handshake of one connection, from its first byte on. */
final class Handshake {
    private static final System.Logger LOG = System.getLogger(Handshake.class.getName());
    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);
    /** The types of the records that a peer can begin with: an alert, or its part of the handshake. */
    private static final int ALERT = 21;

    private static final int HANDSHAKE = 22;
    /** What a peer may have sent before it hears that it is refused. */
    private static final int MAX_UNREAD_BYTES = 4 << 20;

    private static final int MAX_WARNINGS = 100;
    private static final Set<String> WARNED = ConcurrentHashMap.newKeySet();
    private static final int MAX_ALERT_RECORDS = 8;
    private static final String NOT_IN_TIME = "the peer did not finish the TLS handshake in time";

    private final Link link;
    private final SSLEngine engine;
    private final ByteBuffer in;
    private final ByteBuffer out;
    private boolean heard;

    private Handshake(Link link, SSLEngine engine) {
        this.link = link;
        this.engine = engine;
        in = ByteBuffer.allocate(engine.getSession().getPacketBufferSize()).limit(0);
        out = ByteBuffer.allocate(engine.getSession().getPacketBufferSize());
    }

    /**
     * Shakes hands.
     *
     * @param limitNanos for how long at most; the connection is closed then
     * @return records that came right after it
     * @throws IOException if this side or the peer does not want the other, or the peer speaks no TLS
     */
    static ByteBuffer run(Host host, Link link, SSLEngine engine, long limitNanos) throws IOException {
        Handshake handshake = new Handshake(link, engine);
        try (TimeLimit limit = TimeLimit.start(host, limitNanos, link)) {
            try {
                handshake.run();
                return handshake.in;
            } catch (IOException e) {
                IOException failure = limit.hasPassed() ? new SSLException(NOT_IN_TIME, e) : TlsFailure.explain(e);
                handshake.refuse(failure);
                throw failure;
            }
        }
    }

    private void run() throws IOException {
        engine.beginHandshake();
        while (true) {
            switch (engine.getHandshakeStatus()) {
                case NEED_TASK -> runTasks();
                case NEED_WRAP -> wrap();
                case NEED_UNWRAP, NEED_UNWRAP_AGAIN -> unwrap();
                case NOT_HANDSHAKING, FINISHED -> {
                    return;
                }
            }
        }
    }

    private void runTasks() {
        for (Runnable task = engine.getDelegatedTask(); task != null; task = engine.getDelegatedTask()) {
            task.run();
        }
    }

    private void wrap() throws IOException {
        out.clear();
        SSLEngineResult result = engine.wrap(NOTHING, out);
        if (out.flip().hasRemaining()) {
            send();
        }
        if (result.getStatus() == SSLEngineResult.Status.CLOSED) {
            throw new SSLException("the peer ended the connection in the TLS handshake");
        }
    }

    private void send() throws IOException {
        try {
            link.write(out);
        } catch (IOException e) {
            throw engine.getUseClientMode() ? TlsFailure.unexplained(e) : e;
        }
    }

    private void unwrap() throws IOException {
        if (!heard) {
            fill(); // the engine would complain of a plain text peer in words that help nobody
        }
        SSLEngineResult result = engine.unwrap(in, NOTHING);
        switch (result.getStatus()) {
            case BUFFER_UNDERFLOW -> fill();
            case CLOSED -> throw new SSLException("the peer ended the connection in the TLS handshake");
            default -> {
                // The engine's state says what comes next.
            }
        }
    }

    private void fill() throws IOException {
        in.compact();
        int count;
        try {
            count = link.read(in);
        } finally {
            in.flip();
        }
        if (count < 0) {
            throw heard
                    ? new SSLException("the connection was cut in the TLS handshake")
                    : new SilentPeerException("the peer closed the connection before the TLS handshake;"
                            + " does it speak TLS? It must be given --tls-cert, --tls-key and --tls-ca, too");
        }
        if (!heard) {
            heard = true;
            requireTls(in.get(in.position()));
        }
    }

    private void requireTls(int first) throws IOException {
        if (first == HANDSHAKE || first == ALERT) {
            return;
        }
        throw new PlainTextException("the peer does not speak TLS: give it --tls-cert, --tls-key and --tls-ca, too");
    }

    /** Tells the peer why, and this side's operator if the peer said anything at all. */
    private void refuse(IOException failure) {
        if (heard && !engine.getUseClientMode() && !(failure instanceof ClosedChannelException)) {
            warn("a peer was sent away: " + failure.getMessage());
        }
        try {
            if (failure instanceof PlainTextException && !engine.getUseClientMode()) {
                new FrameChannel(link)
                        .write(Frame.abort("the destination speaks TLS only: give the source"
                                + " --tls-cert, --tls-key and --tls-ca, too"));
            } else {
                sendAlert();
            }
            if (heard && !engine.getUseClientMode()) {
                // Closing with something unread would reset the connection, and the reason be lost on its way.
                link.endOutput();
                readPast();
            }
        } catch (IOException e) {
            LOG.log(System.Logger.Level.DEBUG, "a peer was not told why it is refused", e);
        }
    }

    /** Each reason once, and not many: who comes again and again must not fill the log. */
    private static void warn(String message) {
        boolean isNew = WARNED.size() < MAX_WARNINGS && WARNED.add(message);
        LOG.log(isNew ? System.Logger.Level.WARNING : System.Logger.Level.DEBUG, message);
    }

    private void sendAlert() throws IOException {
        engine.closeOutbound();
        for (int i = 0; i < MAX_ALERT_RECORDS && !engine.isOutboundDone(); i++) {
            out.clear();
            try {
                engine.wrap(NOTHING, out);
            } catch (SSLException e) {
                LOG.log(System.Logger.Level.DEBUG, "said once more, of a task that failed; then comes the alert", e);
            }
            if (out.flip().hasRemaining()) {
                link.write(out);
            }
        }
    }

    private void readPast() throws IOException {
        for (int unread = 0; unread < MAX_UNREAD_BYTES; ) {
            int count = link.read(in.clear());
            if (count < 0) {
                return;
            }
            unread += count;
        }
    }

    /** A peer whose first byte is none of TLS. */
    static final class PlainTextException extends SSLException {
        private static final long serialVersionUID = 1L;

        PlainTextException(String message) {
            super(message);
        }
    }

    /** A peer that went away without a word. */
    static final class SilentPeerException extends SSLException {
        private static final long serialVersionUID = 1L;

        SilentPeerException(String message) {
            super(message);
        }
    }
}
