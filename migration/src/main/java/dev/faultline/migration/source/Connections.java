package dev.faultline.migration.source;

import dev.faultline.migration.MigrationException;
import dev.faultline.migration.wire.Frame;
import dev.faultline.migration.wire.FrameChannel;
import dev.faultline.migration.wire.Role;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.NoRouteToHostException;
import java.nio.channels.SocketChannel;
import java.security.SecureRandom;

/** The source's three connections to one destination, one session. */
final class Connections implements AutoCloseable {
    private final FrameChannel control;
    private final FrameChannel pages;
    private final FrameChannel faults;

    private Connections(FrameChannel control, FrameChannel pages, FrameChannel faults) {
        this.control = control;
        this.pages = pages;
        this.faults = faults;
    }

    /** {@return a number that no other move has} */
    static long newSessionId() {
        return new SecureRandom().nextLong();
    }

    static Connections open(InetSocketAddress destination, long sessionId) throws MigrationException {
        String where = destination.getHostString() + ":" + destination.getPort();
        if (destination.isUnresolved()) {
            throw new MigrationException("there is no host named " + destination.getHostString(), null);
        }
        FrameChannel first = null;
        FrameChannel second = null;
        try {
            first = connect(destination, Role.CONTROL, sessionId);
            second = connect(destination, Role.PAGES, sessionId);
            return new Connections(first, second, connect(destination, Role.FAULTS, sessionId));
        } catch (IOException e) {
            closeAll(first, second);
            boolean nobody = e instanceof ConnectException || e instanceof NoRouteToHostException;
            throw new MigrationException(
                    nobody
                            ? "nobody listens at " + where + ": start 'faultline receive' there first"
                            : "the connection to " + where + " failed: " + e.getMessage(),
                    e);
        }
    }

    private static FrameChannel connect(InetSocketAddress destination, Role role, long sessionId) throws IOException {
        SocketChannel channel = SocketChannel.open();
        try {
            channel.connect(destination);
            FrameChannel frames = new FrameChannel(channel);
            frames.write(Frame.hello(role, sessionId));
            return frames;
        } catch (IOException e) {
            channel.close();
            throw e;
        }
    }

    private static void closeAll(@org.jspecify.annotations.Nullable FrameChannel... channels) {
        for (FrameChannel channel : channels) {
            if (channel != null) {
                channel.close();
            }
        }
    }

    FrameChannel control() {
        return control;
    }

    FrameChannel pages() {
        return pages;
    }

    FrameChannel faults() {
        return faults;
    }

    @Override
    public void close() {
        closeAll(control, pages, faults);
    }
}
