package dev.faultline.migration.tls;

import dev.faultline.migration.host.ForwardingHost;
import dev.faultline.migration.host.Host;
import dev.faultline.migration.host.Link;
import dev.faultline.migration.host.Listener;
import java.io.IOException;
import java.net.InetSocketAddress;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;

/** Another host, with TLS 1.3 on each of its connections; both sides show a certificate. */
public final class TlsHost extends ForwardingHost {
    private static final String[] PROTOCOLS = {"TLSv1.3"};

    private final Host host;
    private final SSLContext context;

    /**
     * Wraps a host.
     *
     * @param host whose connections to encrypt
     * @param settings what this side shows, and what it trusts
     * @param peers who may be at the other end
     */
    public TlsHost(Host host, TlsSettings settings, PeerNames peers) {
        super(host);
        this.host = host;
        context = settings.newContext(peers);
    }

    /** The handshake is done with the first byte that is sent or awaited: here it could only make the caller wait. */
    @Override
    public Link connect(InetSocketAddress address) throws IOException {
        return wrap(super.connect(address), true);
    }

    @Override
    public Listener listen(InetSocketAddress address) throws IOException {
        return new TlsListener(super.listen(address), link -> wrap(link, false));
    }

    /** {@return a connection with TLS on it, whose handshake is still to be done} */
    TlsLink wrap(Link link, boolean isClient) {
        return new TlsLink(host, link, newEngine(isClient), TlsLink.HANDSHAKE_NANOS);
    }

    SSLEngine newEngine(boolean isClient) {
        // Without the peer's address, so that the JDK keeps no session to resume: every connection shows certificates.
        SSLEngine engine = context.createSSLEngine();
        engine.setUseClientMode(isClient);
        SSLParameters parameters = engine.getSSLParameters();
        parameters.setProtocols(PROTOCOLS);
        if (!isClient) {
            parameters.setNeedClientAuth(true);
        }
        engine.setSSLParameters(parameters);
        return engine;
    }
}
