package dev.faultline.cli.option;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.faultline.migration.host.LocalHost;
import dev.faultline.migration.tls.TlsHost;
import dev.faultline.testing.CertificateAuthority;
import dev.faultline.testing.CertificateAuthority.Issued;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class NetworkTest {
    private static final InetSocketAddress LOOPBACK = address("127.0.0.1:1");
    private static final InetSocketAddress ELSEWHERE = address("192.0.2.1:1");

    @TempDir
    private static Path certificates;

    private static List<String> tls = List.of();

    @BeforeAll
    static void issue() {
        Issued own = new CertificateAuthority(certificates, "ca").issue("own.test");
        tls = List.of(
                "--tls-cert", own.certificate().toString(),
                "--tls-key", own.key().toString(),
                "--tls-ca", own.authority().toString());
    }

    private static Network network(String... options) {
        return CommandLine.populateCommand(new Network(), options);
    }

    private static Network tls(String... options) {
        List<String> all = new ArrayList<>(tls);
        all.addAll(List.of(options));
        return network(all.toArray(String[]::new));
    }

    private static InetSocketAddress address(String text) {
        return new AddressConverter().convert(text);
    }

    @Test
    void plainTextCrossesANetworkOnlyWhenAskedForByName() throws Exception {
        assertThat(network().connecting(List.of(LOOPBACK))).isSameAs(LocalHost.INSTANCE);
        assertThat(network().listening(LOOPBACK)).isSameAs(LocalHost.INSTANCE);
        assertThat(network("--insecure").connecting(List.of(ELSEWHERE))).isSameAs(LocalHost.INSTANCE);
        assertThatThrownBy(() -> network().connecting(List.of(ELSEWHERE))).hasMessageContaining("add --insecure");
        assertThatThrownBy(() -> network().connecting(List.of(LOOPBACK, ELSEWHERE)))
                .hasMessageContaining("add --insecure");
        assertThatThrownBy(() -> network().listening(address("0.0.0.0:1"))).hasMessageContaining("add --insecure");
    }

    @Test
    void aSourceExpectsTheHostThatItConnectsToAndADestinationHasToBeTold() throws Exception {
        assertThat(tls().connecting(List.of(ELSEWHERE))).isInstanceOf(TlsHost.class);
        assertThat(tls("--peer-name", "a.test", "--peer-name", "b.test").listening(ELSEWHERE))
                .isInstanceOf(TlsHost.class);
        assertThat(tls("--any-peer").listening(ELSEWHERE)).isInstanceOf(TlsHost.class);
        assertThatThrownBy(() -> tls().listening(ELSEWHERE))
                .hasMessageContaining("Say by --peer-name which host may send a guest here");
    }

    @Test
    void optionsThatDoNotFit() {
        refuses("all three of", network("--tls-cert", "own.crt"));
        refuses("leave one of them out", tls("--insecure", "--any-peer"));
        refuses("leave one of them out", tls("--any-peer", "--peer-name", "a.test"));
        refuses("can only be checked with TLS", network("--peer-name", "a.test"));
        refuses("can only be checked with TLS", network("--any-peer"));
        refuses("write the whole name", tls("--peer-name", "*.test"));
        refuses(
                "there is no file nowhere.crt",
                network("--any-peer", "--tls-cert", "nowhere.crt", "--tls-key", "no.key", "--tls-ca", "no.crt"));
    }

    private static void refuses(String why, Network network) {
        assertThatThrownBy(() -> network.listening(LOOPBACK)).hasMessageContaining(why);
    }
}
