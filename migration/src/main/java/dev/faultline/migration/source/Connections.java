package dev.faultline.migration.source;

import dev.faultline.migration.MigrationException;
import dev.faultline.migration.host.Host;
import dev.faultline.migration.host.Link;
import dev.faultline.migration.wire.Frame;
import dev.faultline.migration.wire.FrameChannel;
import dev.faultline.migration.wire.Role;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.NoRouteToHostException;

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

    /** @param attempt 0, or the how manieth try it is to go on with a move */
    static Connections open(Host host, InetSocketAddress destination, long sessionId, int attempt)
            throws MigrationException {
        String where = destination.getHostString() + ":" + destination.getPort();
        if (destination.isUnresolved()) {
            throw new MigrationException("there is no host named " + destination.getHostString(), null);
        }
        FrameChannel first = null;
        FrameChannel second = null;
        try {
            first = connect(host, destination, Role.CONTROL, sessionId, attempt);
            second = connect(host, destination, Role.PAGES, sessionId, attempt);
            return new Connections(first, second, connect(host, destination, Role.FAULTS, sessionId, attempt));
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

    private static FrameChannel connect(
            Host host, InetSocketAddress destination, Role role, long sessionId, int attempt) throws IOException {
        Link link = host.connect(destination);
        try {
            FrameChannel frames = new FrameChannel(link);
            frames.write(Frame.hello(role, sessionId, attempt));
            return frames;
        } catch (IOException e) {
            link.close();
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
