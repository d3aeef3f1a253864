package dev.faultline.simulation.planted;

import dev.faultline.migration.host.ForwardingHost;
import dev.faultline.migration.host.Host;
import dev.faultline.migration.host.Link;
import dev.faultline.migration.host.Listener;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;

/** A host to which every second connection is slow, as by another path. No engine may mind that. */
final class UnevenConnections extends ForwardingHost {
    private static final long LAG_NANOS = 5_000_000;

    private final Host host;

    UnevenConnections(Host host) {
        super(host);
        this.host = host;
    }

    @Override
    public Listener listen(InetSocketAddress address) throws IOException {
        return new Uneven(host, super.listen(address));
    }

    private static final class Uneven implements Listener {
        private final Host host;
        private final Listener to;
        private int accepted;

        Uneven(Host host, Listener to) {
            this.host = host;
            this.to = to;
        }

        @Override
        public Link accept() throws IOException {
            Link link = to.accept();
            accepted++;
            return accepted % 2 == 0 ? new Late(host, link) : link;
        }

        @Override
        public InetSocketAddress address() {
            return to.address();
        }

        @Override
        public boolean isOpen() {
            return to.isOpen();
        }

        @Override
        public void close() {
            to.close();
        }
    }

    private record Late(Host host, Link to) implements Link {
        @Override
        public int read(ByteBuffer target) throws IOException {
            host.pause(LAG_NANOS);
            return to.read(target);
        }

        @Override
        public void write(ByteBuffer... sources) throws IOException {
            to.write(sources);
        }

        @Override
        public void endOutput() throws IOException {
            to.endOutput();
        }

        @Override
        public void close() {
            to.close();
        }
    }
}
