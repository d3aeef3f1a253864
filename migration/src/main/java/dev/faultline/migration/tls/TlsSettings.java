package dev.faultline.migration.tls;

import dev.faultline.migration.MigrationException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.CertPathValidator;
import java.security.cert.CertPathValidatorException;
import java.security.cert.Certificate;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateFactory;
import java.security.cert.CertificateNotYetValidException;
import java.security.cert.PKIXParameters;
import java.security.cert.TrustAnchor;
import java.security.cert.X509Certificate;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;

/** The certificate that this host shows, its key, and the certificate authorities that it trusts. */
public final class TlsSettings {
    private static final char[] NO_PASSWORD = {};

    private final List<X509Certificate> chain;
    private final PrivateKey key;
    private final List<X509Certificate> authorities;
    private final Optional<String> warning;

    private TlsSettings(
            List<X509Certificate> chain, PrivateKey key, List<X509Certificate> authorities, Optional<String> warning) {
        this.chain = chain;
        this.key = key;
        this.authorities = authorities;
        this.warning = warning;
    }

    /**
     * Reads PEM files, and checks that they belong together: what is wrong here is better known before a guest is touched.
     *
     * @param certificates this host's certificate, and those between it and the CA, in this order
     * @param key its private key, PKCS #8, not encrypted
     * @param authorities the CAs' certificates
     * @return the settings
     * @throws MigrationException if a file cannot be used; the message says which, why, and what to do
     */
    public static TlsSettings read(Path certificates, Path key, Path authorities) throws MigrationException {
        List<X509Certificate> chain = PemFile.read(certificates).certificates();
        X509Certificate own = chain.getFirst();
        PrivateKey privateKey = PemFile.read(key).key(own.getPublicKey().getAlgorithm());
        List<X509Certificate> trusted = PemFile.read(authorities).certificates();
        requireBelongs(privateKey, key, own.getPublicKey(), certificates);
        requireValid(own, certificates);
        requireSigned(chain, certificates, trusted, authorities);
        return new TlsSettings(chain, privateKey, trusted, warning(key));
    }

    /** {@return what an operator should mend, if anything} */
    public Optional<String> warning() {
        return warning;
    }

    private static void requireBelongs(PrivateKey key, Path keyFile, PublicKey publicKey, Path certificates)
            throws MigrationException {
        boolean belongs;
        try {
            byte[] probe = new byte[Long.BYTES];
            Signature signature = Signature.getInstance(signatureOf(publicKey.getAlgorithm()));
            signature.initSign(key);
            signature.update(probe);
            byte[] signed = signature.sign();
            signature.initVerify(publicKey);
            signature.update(probe);
            belongs = signature.verify(signed);
        } catch (GeneralSecurityException e) {
            belongs = false; // of another curve, say
        }
        if (!belongs) {
            throw new MigrationException(
                    "the private key in " + keyFile + " does not belong to the certificate in " + certificates
                            + " (its first one)",
                    null);
        }
    }

    private static String signatureOf(String algorithm) {
        return switch (algorithm) {
            case "EC" -> "SHA256withECDSA";
            case "RSA" -> "SHA256withRSA";
            default -> algorithm; // EdDSA and its curves sign under their own name
        };
    }

    private static void requireValid(X509Certificate own, Path certificates) throws MigrationException {
        try {
            own.checkValidity();
        } catch (CertificateExpiredException e) {
            throw new MigrationException(
                    "the certificate in " + certificates + " expired on " + own.getNotAfter() + ": have it renewed", e);
        } catch (CertificateNotYetValidException e) {
            throw new MigrationException(
                    "the certificate in " + certificates + " is valid from " + own.getNotBefore()
                            + " on only; is this host's clock right?",
                    e);
        }
    }

    private static void requireSigned(
            List<X509Certificate> chain, Path certificates, List<X509Certificate> trusted, Path authorities)
            throws MigrationException {
        Set<TrustAnchor> anchors = new HashSet<>();
        trusted.forEach(authority -> anchors.add(new TrustAnchor(authority, null)));
        try {
            PKIXParameters parameters = new PKIXParameters(anchors);
            parameters.setRevocationEnabled(false);
            CertPathValidator.getInstance("PKIX")
                    .validate(CertificateFactory.getInstance("X.509").generateCertPath(chain), parameters);
        } catch (CertPathValidatorException e) {
            throw new MigrationException(
                    "the certificate in " + certificates + " is not signed by a CA in " + authorities + " ("
                            + e.getMessage() + "); certificates between the two belong into " + certificates + ", too",
                    e);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this JDK cannot check certificates", e);
        }
    }

    private static Optional<String> warning(Path key) {
        try {
            Set<PosixFilePermission> permissions = Files.getPosixFilePermissions(key);
            return permissions.contains(PosixFilePermission.OTHERS_READ)
                    ? Optional.of("every user of this host can read the private key in " + key + ": chmod 600 " + key)
                    : Optional.empty();
        } catch (IOException | UnsupportedOperationException e) {
            return Optional.empty(); // a file system without permissions
        }
    }

    SSLContext newContext(PeerNames peers) {
        try {
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(keyManagers(), new TrustManager[] {new PeerTrust(trustManager(), peers)}, null);
            return context;
        } catch (GeneralSecurityException | IOException e) {
            throw new IllegalStateException("this JDK cannot use the certificates", e);
        }
    }

    private KeyManager[] keyManagers() throws GeneralSecurityException, IOException {
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, NO_PASSWORD);
        store.setKeyEntry("own", key, NO_PASSWORD, chain.toArray(Certificate[]::new));
        KeyManagerFactory managers = KeyManagerFactory.getInstance("PKIX");
        managers.init(store, NO_PASSWORD);
        return managers.getKeyManagers();
    }

    private X509ExtendedTrustManager trustManager() throws GeneralSecurityException, IOException {
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, NO_PASSWORD);
        for (int i = 0; i < authorities.size(); i++) {
            store.setCertificateEntry("ca" + i, authorities.get(i));
        }
        TrustManagerFactory managers = TrustManagerFactory.getInstance("PKIX");
        managers.init(store);
        for (TrustManager manager : managers.getTrustManagers()) {
            if (manager instanceof X509ExtendedTrustManager extended) {
                return extended;
            }
        }
        throw new GeneralSecurityException("no trust manager for X.509");
    }
}
