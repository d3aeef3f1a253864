package dev.faultline.migration.tls;

import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.util.Locale;
import javax.crypto.AEADBadTagException;
import javax.net.ssl.SSLException;

/** What the JDK says of a failed connection, in words for an operator. */
final class TlsFailure {
    private static final String ALERT = "Received fatal alert: ";

    private TlsFailure() {}

    static IOException explain(IOException failure) {
        if (!(failure instanceof SSLException)) {
            return failure;
        }
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof PeerTrust.RefusedException) {
                return new SSLException(String.valueOf(cause.getMessage()), failure);
            }
            if (cause instanceof AEADBadTagException) {
                return new SSLException(
                        "what came was changed on its way: its TLS record does not match its tag", failure);
            }
        }
        String message = String.valueOf(failure.getMessage());
        int alert = message.indexOf(ALERT);
        return alert < 0
                ? own(message, failure)
                : new SSLException(ofAlert(message.substring(alert + ALERT.length())), failure);
    }

    /** {@return what to say of a client's connection that breaks before the server has said anything} */
    static IOException unexplained(IOException failure) {
        return failure instanceof ClosedChannelException
                ? failure
                : new IOException(
                        "the peer ended the connection in the TLS handshake (" + failure.getMessage()
                                + "): it says there why",
                        failure);
    }

    private static IOException own(String message, IOException failure) {
        String lower = message.toLowerCase(Locale.ROOT);
        if (lower.contains("empty client certificate chain")) {
            return new SSLException(
                    "the peer shows no certificate, or has none of a CA that is trusted here, by --tls-ca", failure);
        }
        if (lower.contains("protocol_version")) {
            return new SSLException("the peer does not speak TLS 1.3, and nothing older is taken", failure);
        }
        return failure;
    }

    private static String ofAlert(String alert) {
        return switch (alert) {
            case "certificate_unknown", "bad_certificate", "unknown_ca", "certificate_expired", "access_denied" ->
                "the peer does not take this side's certificate (alert " + alert + "): it says there why";
            case "certificate_required" ->
                "the peer wants a certificate that is signed by a CA that it trusts, by its --tls-ca; this side's is not";
            case "protocol_version" -> "the peer does not speak TLS 1.3, and nothing older is taken";
            case "handshake_failure" -> "the peer and this side have no way of TLS 1.3 in common (alert " + alert + ")";
            default -> "the peer broke the TLS connection off (alert " + alert + ")";
        };
    }
}
