package dev.faultline.migration.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.faultline.migration.MigrationException;
import dev.faultline.testing.CertificateAuthority.Issued;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Every file that cannot be used is refused by its name, with the reason. */
class TlsSettingsTest {
    private static final Issued GOOD = Peers.SOURCE;

    @TempDir
    private Path directory;

    @Test
    void filesThatBelongTogether() throws Exception {
        assertThat(TlsSettings.read(GOOD.certificate(), GOOD.key(), GOOD.authority())
                        .warning())
                .isEmpty();
    }

    @Test
    void aKeyThatOthersCanReadIsWarnedOf() throws Exception {
        Path key = copy("open.key", Files.readString(GOOD.key()));
        Files.setPosixFilePermissions(key, PosixFilePermissions.fromString("rw-r--r--"));
        assertThat(TlsSettings.read(GOOD.certificate(), key, GOOD.authority()).warning())
                .hasValueSatisfying(warning -> assertThat(warning).endsWith("chmod 600 " + key));
    }

    @Test
    void aFileThatIsNotThere() {
        Path missing = directory.resolve("missing");
        refuses("there is no file " + missing, missing, GOOD.key(), GOOD.authority());
        refuses("there is no file " + missing, GOOD.certificate(), missing, GOOD.authority());
        refuses("there is no file " + missing, GOOD.certificate(), GOOD.key(), missing);
    }

    @Test
    void filesWithoutPem() throws Exception {
        Path other = copy("other", "not PEM\n");
        refuses("holds no certificate in PEM form", other, GOOD.key(), GOOD.authority());
        refuses("holds no private key in PEM form", GOOD.certificate(), other, GOOD.authority());
        refuses("holds no certificate in PEM form", GOOD.certificate(), GOOD.key(), other);
    }

    @Test
    void damagedFiles() throws Exception {
        Path certificate = copy("damaged.crt", pem("CERTIFICATE", "AAAA"));
        refuses("damaged.crt is damaged", certificate, GOOD.key(), GOOD.authority());
        Path key = copy("damaged.key", pem("PRIVATE KEY", "AAAA"));
        refuses("damaged.key is damaged, or none of the", GOOD.certificate(), key, GOOD.authority());
        Path noBase64 = copy("nobase64.key", pem("PRIVATE KEY", "A"));
        refuses("nobase64.key is no base64", GOOD.certificate(), noBase64, GOOD.authority());
    }

    @Test
    void keysOfOtherForms() throws Exception {
        Path encrypted = copy("encrypted.key", pem("ENCRYPTED PRIVATE KEY", "AAAA"));
        refuses("is encrypted; 'openssl pkcs8", GOOD.certificate(), encrypted, GOOD.authority());
        Path old = copy("old.key", pem("EC PRIVATE KEY", "AAAA"));
        refuses("of another form (EC PRIVATE KEY); 'openssl pkcs8 -topk8", GOOD.certificate(), old, GOOD.authority());
    }

    @Test
    void theKeyOfAnotherCertificate() {
        refuses("does not belong to the certificate", GOOD.certificate(), Peers.DESTINATION.key(), GOOD.authority());
        Issued rsa = Peers.AUTHORITY.issue("rsa", "-keyalg", "RSA");
        refuses("none of the certificate's kind, which is EC", GOOD.certificate(), rsa.key(), GOOD.authority());
    }

    @Test
    void certificatesOutOfTheirTime() {
        Issued old = Peers.AUTHORITY.issue("old", "-keyalg", "EC", "-startdate", "-3d", "-validity", "1");
        refuses("expired on", old.certificate(), old.key(), old.authority());
        Issued early = Peers.AUTHORITY.issue("early", "-keyalg", "EC", "-startdate", "+3d");
        refuses("is this host's clock right?", early.certificate(), early.key(), early.authority());
    }

    @Test
    void aCertificateOfAnotherAuthority() {
        refuses("is not signed by a CA in", GOOD.certificate(), GOOD.key(), Peers.STRANGER.authority());
    }

    private Path copy(String name, String text) throws Exception {
        Path path = directory.resolve(name);
        Files.writeString(path, text);
        Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rw-------"));
        return path;
    }

    private static String pem(String label, String content) {
        return "-----BEGIN " + label + "-----\n" + content + "\n-----END " + label + "-----\n";
    }

    private static void refuses(String why, Path certificate, Path key, Path authority) {
        assertThatThrownBy(() -> TlsSettings.read(certificate, key, authority))
                .isInstanceOf(MigrationException.class)
                .hasMessageContaining(why);
    }
}
