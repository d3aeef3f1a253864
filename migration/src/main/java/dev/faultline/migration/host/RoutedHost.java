package dev.faultline.migration.host;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.List;

/**
 * Another host, which reaches one destination by several addresses: where one does not take a connection the next is tried,
 * from that which did so last.
 */
public final class RoutedHost extends ForwardingHost {
    private static final System.Logger LOG = System.getLogger(RoutedHost.class.getName());

    private final List<InetSocketAddress> addresses;
    private int last;

    /**
     * Wraps a host.
     *
     * @param host what connects
     * @param addresses the destination's; engines know it by the first
     */
    public RoutedHost(Host host, List<InetSocketAddress> addresses) {
        super(host);
        this.addresses = List.copyOf(addresses);
    }

    /** {@inheritDoc} @throws IOException that of the last address, if none of the destination's takes a connection */
    @Override
    public synchronized Link connect(InetSocketAddress address) throws IOException {
        if (!address.equals(addresses.getFirst())) {
            return super.connect(address);
        }
        for (int tried = 1; ; tried++) {
            InetSocketAddress next = addresses.get(last);
            try {
                return super.connect(next);
            } catch (IOException e) {
                last = (last + 1) % addresses.size();
                if (tried == addresses.size()) {
                    throw e;
                }
                LOG.log(
                        System.Logger.Level.WARNING,
                        next + " takes no connection (" + e.getMessage() + "); trying " + addresses.get(last));
            }
        }
    }
}
