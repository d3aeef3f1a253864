package dev.faultline.cli.option;

import dev.faultline.cli.process.OperatorException;
import dev.faultline.migration.MigrationException;
import dev.faultline.migration.host.Host;
import dev.faultline.migration.host.LocalHost;
import dev.faultline.migration.host.RoutedHost;
import dev.faultline.migration.tls.PeerNames;
import dev.faultline.migration.tls.TlsHost;
import dev.faultline.migration.tls.TlsSettings;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** How guests cross the network: by TLS between hosts that know each other, or in plain text if that is asked for. */
public final class Network {
    @Option(names = "--insecure", description = "Allow guest memory to cross a network in plain text.")
    private boolean insecure;

    @Option(
            names = "--tls-cert",
            paramLabel = "FILE",
            description =
                    "Encrypt, and show the peer this certificate: PEM, with those between it and the CA after it.")
    private @Nullable Path certificate;

    @Option(names = "--tls-key", paramLabel = "FILE", description = "The certificate's private key: PEM, PKCS #8.")
    private @Nullable Path key;

    @Option(
            names = "--tls-ca",
            paramLabel = "FILE",
            description = "The CAs whose certificates are taken of the peer: PEM.")
    private @Nullable Path authority;

    @Option(
            names = "--peer-name",
            paramLabel = "NAME",
            description = {
                "Who the peer may be: a whole DNS name or IP address in its certificate; may be given more than once"
                        + " (default: the host of --to; a destination must be told)."
            })
    private List<String> peerNames = new ArrayList<>();

    @Option(names = "--any-peer", description = "The peer may be whoever has a certificate of the CA.")
    private boolean anyPeer;

    /** Makes one, for picocli to fill. */
    public Network() {}

    /**
     * Says how to connect to another host.
     *
     * @param to the other host's addresses, the one to try first before the others
     * @return what the source's engine is to run on
     * @throws OperatorException if memory would cross the network in plain text unasked, or the options do not fit together
     * @throws MigrationException if a certificate or a key cannot be used
     */
    public Host connecting(List<InetSocketAddress> to) throws OperatorException, MigrationException {
        Host plain = to.size() == 1 ? LocalHost.INSTANCE : new RoutedHost(LocalHost.INSTANCE, to);
        return host(plain, to, to.stream().map(InetSocketAddress::getHostString).toList());
    }

    /**
     * Says how to listen for another host.
     *
     * @param at where
     * @return what the destination's engine is to run on
     * @throws OperatorException if memory would cross the network in plain text unasked, or the options do not fit together
     * @throws MigrationException if a certificate or a key cannot be used
     */
    public Host listening(InetSocketAddress at) throws OperatorException, MigrationException {
        return host(LocalHost.INSTANCE, List.of(at), List.of());
    }

    private Host host(Host plain, List<InetSocketAddress> addresses, List<String> usualPeers)
            throws OperatorException, MigrationException {
        for (InetSocketAddress address : addresses) {
            if (address.isUnresolved()) {
                throw new OperatorException("There is no host '" + address.getHostString() + "'");
            }
        }
        if (certificate == null && key == null && authority == null) {
            for (InetSocketAddress address : addresses) {
                requirePlainText(address);
            }
            return plain;
        }
        if (certificate == null || key == null || authority == null) {
            throw new OperatorException("TLS takes all three of --tls-cert, --tls-key and --tls-ca");
        }
        if (insecure) {
            throw new OperatorException(
                    "--insecure asks for plain text, and --tls-cert for TLS: leave one of them out");
        }
        PeerNames peers = peers(usualPeers);
        TlsSettings settings = TlsSettings.read(certificate, key, authority);
        settings.warning().ifPresent(warning -> System.err.println("Warning: " + warning));
        return new TlsHost(plain, settings, peers);
    }

    private void requirePlainText(InetSocketAddress address) throws OperatorException {
        if (!peerNames.isEmpty() || anyPeer) {
            throw new OperatorException(
                    "Who the peer is can only be checked with TLS: add --tls-cert, --tls-key and --tls-ca");
        }
        if (!address.getAddress().isLoopbackAddress() && !insecure) {
            throw new OperatorException("Guest memory would cross the network to " + address.getHostString()
                    + " in plain text, for everybody on the way to read and change; give --tls-cert, --tls-key and"
                    + " --tls-ca, or if you want that, add --insecure");
        }
    }

    private PeerNames peers(List<String> usual) throws OperatorException {
        if (anyPeer && !peerNames.isEmpty()) {
            throw new OperatorException("--any-peer and --peer-name contradict each other: leave one of them out");
        }
        if (anyPeer) {
            return PeerNames.ANY;
        }
        List<String> names = peerNames.isEmpty() ? usual : peerNames;
        if (names.isEmpty()) {
            throw new OperatorException(
                    "Say by --peer-name which host may send a guest here, as its certificate names it;"
                            + " or --any-peer for whoever has a certificate of the CA");
        }
        try {
            return PeerNames.of(names);
        } catch (IllegalArgumentException e) {
            throw new OperatorException(String.valueOf(e.getMessage()), e);
        }
    }
}
