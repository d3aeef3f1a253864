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
import java.util.ArrayList;
import java.util.List;

/** The source's connections to one destination, one session: control, faults, and some for pages. */
final class Connections implements AutoCloseable {
    private final FrameChannel control;
    private final List<FrameChannel> pages;
    private final FrameChannel faults;

    private Connections(FrameChannel control, List<FrameChannel> pages, FrameChannel faults) {
        this.control = control;
        this.pages = List.copyOf(pages);
        this.faults = faults;
    }

    /**
     * Connects.
     *
     * @param attempt 0, or the how manieth try it is to go on with a move
     * @param pageConnections how many carry pages
     */
    static Connections open(Host host, InetSocketAddress destination, long sessionId, int attempt, int pageConnections)
            throws MigrationException {
        String where = destination.getHostString() + ":" + destination.getPort();
        if (destination.isUnresolved()) {
            throw new MigrationException("there is no host named " + destination.getHostString(), null);
        }
        List<FrameChannel> opened = new ArrayList<>();
        try {
            opened.add(connect(host, destination, Role.CONTROL, pageConnections - 1, sessionId, attempt));
            for (int number = 0; number < pageConnections; number++) {
                opened.add(connect(host, destination, Role.PAGES, number, sessionId, attempt));
            }
            FrameChannel faults = connect(host, destination, Role.FAULTS, 0, sessionId, attempt);
            return new Connections(opened.getFirst(), opened.subList(1, opened.size()), faults);
        } catch (IOException e) {
            opened.forEach(FrameChannel::close);
            boolean nobody = e instanceof ConnectException || e instanceof NoRouteToHostException;
            throw new MigrationException(
                    nobody
                            ? "nobody listens at " + where + ": start 'faultline receive' there first"
                            : "the connection to " + where + " failed: " + e.getMessage(),
                    e);
        }
    }

    private static FrameChannel connect(
            Host host, InetSocketAddress destination, Role role, int number, long sessionId, int attempt)
            throws IOException {
        Link link = host.connect(destination);
        try {
            FrameChannel frames = new FrameChannel(link);
            frames.write(Frame.hello(role, number, sessionId, attempt));
            return frames;
        } catch (IOException e) {
            link.close();
            throw e;
        }
    }

    FrameChannel control() {
        return control;
    }

    List<FrameChannel> pages() {
        return pages;
    }

    FrameChannel faults() {
        return faults;
    }

    @Override
    public void close() {
        control.close();
        faults.close();
        pages.forEach(FrameChannel::close);
    }
}
