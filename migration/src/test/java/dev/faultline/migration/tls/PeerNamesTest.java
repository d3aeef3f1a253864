package dev.faultline.migration.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.faultline.testing.CertificateAuthority.Issued;
import java.security.cert.X509Certificate;
import java.util.List;
import org.junit.jupiter.api.Test;

class PeerNamesTest {
    private static X509Certificate certificate(String subject, String... options) throws Exception {
        Issued issued = Peers.AUTHORITY.issue(subject, options);
        return PemFile.read(issued.certificate()).certificates().getFirst();
    }

    private static boolean accepts(String name, X509Certificate certificate) {
        return PeerNames.of(List.of(name)).objectionTo(certificate).isEmpty();
    }

    @Test
    void alternativeNamesAndNoCommonName() throws Exception {
        X509Certificate several = certificate(
                "cn.test", "-keyalg", "EC", "-ext", "san=dns:A.test,dns:b.test,ip:192.0.2.1,ip:2001:db8::1");
        assertThat(List.of("a.test", "A.TEST", "b.test", "192.0.2.1", "2001:DB8:0::1"))
                .allMatch(name -> accepts(name, several));
        assertThat(List.of("cn.test", "test", "c.a.test", "192.0.2.2")).noneMatch(name -> accepts(name, several));
        assertThat(PeerNames.of(List.of("x.test", "b.test")).objectionTo(several))
                .isEmpty();
        assertThat(PeerNames.of(List.of("x.test", "y.test")).objectionTo(several))
                .hasValueSatisfying(why ->
                        assertThat(why).contains("is of a.test, b.test, 192.0.2.1", "and not of x.test or y.test"));
        assertThat(PeerNames.ANY.objectionTo(several)).isEmpty();
    }

    @Test
    void theCommonNameWhereThereIsNoOther() throws Exception {
        X509Certificate old = certificate("only-cn.test", "-keyalg", "EC");
        assertThat(accepts("only-cn.test", old)).isTrue();
        assertThat(accepts("other.test", old)).isFalse();
    }

    @Test
    void wildcardsAreNoNames() throws Exception {
        X509Certificate wild = certificate("cn.wild.test", "-keyalg", "EC", "-ext", "san=dns:*.wild.test");
        assertThat(accepts("a.wild.test", wild)).isFalse();
        assertThatThrownBy(() -> PeerNames.of(List.of("*.wild.test"))).hasMessageContaining("write the whole name");
        assertThatThrownBy(() -> PeerNames.of(List.of(" "))).hasMessageContaining("is no name of a peer");
        assertThatThrownBy(() -> PeerNames.of(List.of())).hasMessage("no name of a peer is given");
    }
}
