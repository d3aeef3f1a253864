package dev.faultline.migration.tls;

import java.net.Socket;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.Optional;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedTrustManager;

/**
 * Decides on a peer's certificate within the handshake: signed by the CA, and of somebody who is expected. Who is not, hears
 * so by an alert before any content is sent.
 */
final class PeerTrust extends X509ExtendedTrustManager {
    private final X509ExtendedTrustManager authorities;
    private final PeerNames names;

    PeerTrust(X509ExtendedTrustManager authorities, PeerNames names) {
        this.authorities = authorities;
        this.names = names;
    }

    /** What the authorities say of a certificate. */
    private interface Check {
        void run() throws CertificateException;
    }

    private void check(X509Certificate[] chain, Check authority) throws CertificateException {
        try {
            authority.run();
        } catch (CertificateException e) {
            throw new RefusedException(why(chain[0], e), e);
        }
        Optional<String> objection = names.objectionTo(chain[0]);
        if (objection.isPresent()) {
            throw new RefusedException(objection.get(), null);
        }
    }

    static String why(X509Certificate certificate, Throwable refused) {
        for (Throwable cause = refused; cause != null; cause = cause.getCause()) {
            if (cause instanceof CertPathValidatorException path) {
                if (path.getReason() == CertPathValidatorException.BasicReason.EXPIRED) {
                    return "the peer's certificate has expired (" + certificate.getNotAfter() + ")";
                }
                if (path.getReason() == CertPathValidatorException.BasicReason.NOT_YET_VALID) {
                    return "the peer's certificate is valid from " + certificate.getNotBefore()
                            + " on only; are both hosts' clocks right?";
                }
            }
        }
        String message = String.valueOf(refused.getMessage());
        return message.contains("key usage") || message.contains("KeyUsage")
                ? "the peer's certificate is not made for this use: " + message
                : "the peer's certificate is not signed by a CA that is trusted here, by --tls-ca";
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
            throws CertificateException {
        check(chain, () -> authorities.checkClientTrusted(chain, authType, engine));
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
            throws CertificateException {
        check(chain, () -> authorities.checkServerTrusted(chain, authType, engine));
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType, Socket socket)
            throws CertificateException {
        check(chain, () -> authorities.checkClientTrusted(chain, authType, socket));
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType, Socket socket)
            throws CertificateException {
        check(chain, () -> authorities.checkServerTrusted(chain, authType, socket));
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType) throws CertificateException {
        check(chain, () -> authorities.checkClientTrusted(chain, authType));
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType) throws CertificateException {
        check(chain, () -> authorities.checkServerTrusted(chain, authType));
    }

    @Override
    public X509Certificate[] getAcceptedIssuers() {
        return authorities.getAcceptedIssuers();
    }

    /** The message is for an operator. */
    static final class RefusedException extends CertificateException {
        private static final long serialVersionUID = 1L;

        RefusedException(String message, @org.jspecify.annotations.Nullable Throwable cause) {
            super(message, cause);
        }
    }
}
