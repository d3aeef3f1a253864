package dev.faultline.migration.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.faultline.migration.destination.Acceptor;
import dev.faultline.migration.host.Link;
import dev.faultline.migration.host.Listener;
import dev.faultline.migration.host.LocalHost;
import dev.faultline.migration.host.TcpLink;
import dev.faultline.migration.wire.Frame;
import dev.faultline.migration.wire.FrameChannel;
import dev.faultline.migration.wire.FrameType;
import dev.faultline.migration.wire.Pipe;
import dev.faultline.migration.wire.Role;
import dev.faultline.testing.CertificateAuthority.Issued;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.util.concurrent.CompletableFuture;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedTrustManager;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Who is let in, and what both sides hear where somebody is not. */
@Timeout(60)
class HandshakeTest {
    private static final InetSocketAddress LOOPBACK = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    private static final long SOON_NANOS = 50_000_000L;

    private Pipe pipe;
    private Link near;
    private Link far;

    @BeforeEach
    void connect() throws IOException {
        pipe = new Pipe();
        near = new TcpLink(pipe.near);
        far = new TcpLink(pipe.far);
    }

    @AfterEach
    void close() throws IOException {
        pipe.close();
    }

    private record Said(String client, String server) {}

    /** Says something from the client's side, and waits for an answer. */
    private static Said meet(TlsLink client, TlsLink server) throws Exception {
        CompletableFuture<Integer> atServer = Peers.start(() -> {
            try (server) {
                int count = server.read(ByteBuffer.allocate(1));
                server.write(ByteBuffer.allocate(1));
                return count;
            }
        });
        CompletableFuture<Integer> atClient = Peers.start(() -> {
            try (client) {
                client.write(ByteBuffer.allocate(1));
                return client.read(ByteBuffer.allocate(1));
            }
        });
        return new Said(Peers.failure(atClient), Peers.failure(atServer));
    }

    private Said meet(TlsHost client, TlsHost server) throws Exception {
        return meet(client.wrap(near, true), server.wrap(far, false));
    }

    @Test
    void peersThatKnowEachOther() throws Exception {
        Said said = meet(Peers.source(), Peers.destination());
        assertThat(said).isEqualTo(new Said("no failure but 1", "no failure but 1"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"RSA", "Ed25519"})
    void otherKindsOfKeys(String algorithm) throws Exception {
        Issued other = Peers.AUTHORITY.issue(
                "source-" + algorithm, "-keyalg", algorithm, "-ext", "san=dns:a.test,dns:source.test");
        Said said = meet(Peers.host(other, "destination.test"), Peers.destination());
        assertThat(said).isEqualTo(new Said("no failure but 1", "no failure but 1"));
    }

    @Test
    void aClientOfAnotherAuthority() throws Exception {
        Path both = Peers.DIRECTORY.resolve("both.crt"); // it trusts the destination, which does not trust it
        Files.writeString(
                both, Files.readString(Peers.STRANGER.authority()) + Files.readString(Peers.DESTINATION.authority()));
        Issued stranger = new Issued(Peers.STRANGER.certificate(), Peers.STRANGER.key(), both);
        Said said = meet(Peers.host(stranger, "destination.test"), Peers.destination());
        assertThat(said.server).contains("has none of a CA that is trusted here, by --tls-ca");
        assertThat(said.client).contains("the peer wants a certificate that is signed by a CA that it trusts");
    }

    @Test
    void aServerOfAnotherAuthority() throws Exception {
        Said said = meet(Peers.source(), Peers.host(Peers.STRANGER, "source.test"));
        assertThat(said.client)
                .isEqualTo("the peer's certificate is not signed by a CA that is trusted here, by --tls-ca");
        assertThat(said.server).contains("does not take this side's certificate");
    }

    @Test
    void aClientOfAnotherName() throws Exception {
        Said said = meet(Peers.source(), Peers.host(Peers.DESTINATION, "other.test"));
        assertThat(said.server)
                .contains("the peer's certificate is of source.test, and not of other.test; --peer-name says who");
        assertThat(said.client).contains("does not take this side's certificate");
    }

    @Test
    void aServerOfAnotherName() throws Exception {
        Said said = meet(Peers.host(Peers.SOURCE, "other.test"), Peers.destination());
        assertThat(said.client)
                .isEqualTo("the peer's certificate is of destination.test, and not of other.test;"
                        + " --peer-name says who is expected");
        assertThat(said.server).contains("does not take this side's certificate");
    }

    @Test
    void aClientWithoutCertificate() throws Exception {
        Said said = meet(link(near, "TLSv1.3"), Peers.destination().wrap(far, false));
        assertThat(said.server).contains("the peer shows no certificate");
        assertThat(said.client).contains("certificate");
    }

    @Test
    void aClientThatIsOutOfDate() throws Exception {
        Said said = meet(link(near, "TLSv1.2"), Peers.destination().wrap(far, false));
        assertThat(said.server).contains("the peer does not speak TLS 1.3, and nothing older is taken");
        assertThat(said.client).contains("the peer does not speak TLS 1.3");
    }

    /** {@return the client's side of a connection that shows nothing, and trusts anybody} */
    private static TlsLink link(Link link, String protocol) throws Exception {
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, new TrustManager[] {new Trusting()}, null);
        SSLEngine engine = context.createSSLEngine();
        engine.setUseClientMode(true);
        engine.setEnabledProtocols(new String[] {protocol});
        return new TlsLink(LocalHost.INSTANCE, link, engine, TlsLink.HANDSHAKE_NANOS);
    }

    @Test
    void aClientThatSpeaksPlainText() throws Exception {
        CompletableFuture<Integer> atServer = Peers.reads(Peers.destination().wrap(far, false));
        FrameChannel client = new FrameChannel(near);
        client.write(Frame.hello(Role.CONTROL, 1, 0));
        Frame answer = client.read();
        assertThat(answer.type()).isEqualTo(FrameType.ABORT);
        assertThat(new String(answer.payload(), StandardCharsets.UTF_8)).contains("speaks TLS only");
        client.close();
        assertThat(Peers.failure(atServer)).contains("the peer does not speak TLS: give it --tls-cert");
    }

    @Test
    void aServerThatSpeaksPlainText() throws Exception {
        try (Acceptor acceptor = Acceptor.listen(LocalHost.INSTANCE, LOOPBACK);
                Link client = Peers.source()
                        .connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), acceptor.port()))) {
            assertThatThrownBy(() -> client.write(ByteBuffer.allocate(1)))
                    .hasMessageContaining("the peer does not speak TLS: give it --tls-cert");
        }
    }

    @Test
    void aServerThatClosesAtOnce() throws Exception {
        TlsLink client = Peers.source().wrap(near, true);
        far.endOutput();
        assertThatThrownBy(() -> client.write(ByteBuffer.allocate(1)))
                .hasMessageContaining("before the TLS handshake; does it speak TLS?");
    }

    @Test
    void aServerThatIsGoneBeforeItsAlertIsRead() throws Exception {
        MemoryLink[] links = MemoryLink.pair(Integer.MAX_VALUE);
        TlsLink client = Peers.source().wrap(links[0], true);
        CompletableFuture<Integer> atServer = Peers.reads(Peers.destination().wrap(links[1], false));
        client.write(ByteBuffer.allocate(1));
        assertThat(Peers.await(atServer)).isEqualTo(1);
        links[0].breakWrites();
        assertThatThrownBy(() -> client.write(ByteBuffer.allocate(1)))
                .hasMessage("the peer ended the connection in the TLS handshake (Broken pipe): it says there why");
        TlsLink another = Peers.source().wrap(links[0], true);
        assertThatThrownBy(() -> another.write(ByteBuffer.allocate(1))).hasMessageEndingWith("it says there why");
    }

    @Test
    void aPeerThatSaysNothing() throws Exception {
        for (boolean isClient : new boolean[] {true, false}) {
            try (Pipe silent = new Pipe();
                    TlsLink link = new TlsLink(
                            LocalHost.INSTANCE,
                            new TcpLink(silent.near),
                            Peers.source().newEngine(isClient),
                            SOON_NANOS)) {
                assertThatThrownBy(() -> link.write(ByteBuffer.allocate(1)))
                        .hasMessage("the peer did not finish the TLS handshake in time");
                assertThatThrownBy(() -> link.read(ByteBuffer.allocate(1)))
                        .hasMessage("the peer did not finish the TLS handshake in time");
            }
        }
    }

    @Test
    void aClientThatIsSlowDoesNotBlockOthers() throws Exception {
        try (Listener listener = Peers.destination().listen(LOOPBACK);
                SocketChannel slow = SocketChannel.open(listener.address())) {
            slow.write(ByteBuffer.wrap(new byte[] {22, 3}));
            CompletableFuture<Integer> ofSlow = Peers.reads(listener.accept());
            try (Link client = Peers.source().connect(listener.address())) {
                CompletableFuture<Void> sent = Peers.start(() -> {
                    client.write(ByteBuffer.allocate(1));
                    return null;
                });
                Link server = listener.accept();
                assertThat(Peers.await(Peers.reads(server))).isEqualTo(1);
                Peers.await(sent);
                server.close();
            }
            assertThat(ofSlow).isNotDone();
            slow.shutdownOutput();
            assertThat(Peers.failure(ofSlow)).contains("was cut in the TLS handshake");
        }
    }

    /** Trusts anybody. */
    private static final class Trusting extends X509ExtendedTrustManager {
        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type, Socket on) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type, Socket on) {}

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine on) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine on) {}

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type) {}

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }
}
