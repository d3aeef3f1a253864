package dev.faultline.cli.option;

import dev.faultline.cli.process.OperatorException;
import java.net.InetSocketAddress;

/** What is allowed to travel where. */
public final class Network {
    private Network() {}

    /**
     * Refuses to carry guest memory in plain text between hosts, unless that was asked for by name.
     *
     * @param address the other end, or where to listen
     * @param insecure whether it was asked for
     * @throws OperatorException if it is refused, or the name of the host is unknown
     */
    public static void check(InetSocketAddress address, boolean insecure) throws OperatorException {
        if (address.isUnresolved()) {
            throw new OperatorException("There is no host '" + address.getHostString() + "'");
        }
        if (!address.getAddress().isLoopbackAddress() && !insecure) {
            throw new OperatorException("Guest memory would cross the network to " + address.getHostString()
                    + " in plain text, for everybody on the way to read and change; if you want that, add --insecure");
        }
    }
}
