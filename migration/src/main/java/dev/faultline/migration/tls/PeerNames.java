package dev.faultline.migration.tls;

import java.net.InetAddress;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import javax.naming.InvalidNameException;
import javax.naming.ldap.LdapName;
import javax.naming.ldap.Rdn;

/** Which peers of those that have a certificate of the CA are meant, by the names in their certificates. */
public final class PeerNames {
    /** Whoever has a certificate of the CA. */
    public static final PeerNames ANY = new PeerNames(Set.of());

    private static final int DNS_NAME = 2;
    private static final int IP_ADDRESS = 7;

    /** Empty for any. */
    private final Set<String> names;

    private PeerNames(Set<String> names) {
        this.names = names;
    }

    /**
     * Certain peers.
     *
     * @param names host names or IP addresses, one at least; no wildcards
     * @return peers with one of these names
     * @throws IllegalArgumentException if there is none, or one of them cannot be a name
     */
    public static PeerNames of(Collection<String> names) {
        if (names.isEmpty()) {
            throw new IllegalArgumentException("no name of a peer is given");
        }
        Set<String> all = new TreeSet<>();
        for (String name : names) {
            if (name.isBlank() || name.contains("*")) {
                throw new IllegalArgumentException(
                        "'" + name + "' is no name of a peer: write the whole name, as its certificate has it");
            }
            all.add(normal(name));
        }
        return new PeerNames(all);
    }

    /** {@return why a certificate is of nobody who is meant, if so} */
    Optional<String> objectionTo(X509Certificate certificate) {
        if (names.isEmpty()) {
            return Optional.empty();
        }
        List<String> has = namesIn(certificate);
        if (has.stream().anyMatch(names::contains)) {
            return Optional.empty();
        }
        String whose = has.isEmpty() ? "nobody" : String.join(", ", has);
        return Optional.of("the peer's certificate is of " + whose + ", and not of " + String.join(" or ", names)
                + "; --peer-name says who is expected");
    }

    /** The subject's common name is for certificates only that have no alternative names at all (RFC 6125). */
    private static List<String> namesIn(X509Certificate certificate) {
        try {
            Collection<List<?>> alternatives = certificate.getSubjectAlternativeNames();
            if (alternatives == null) {
                return commonName(certificate).map(PeerNames::normal).stream().toList();
            }
            return alternatives.stream()
                    .filter(entry ->
                            entry.get(0).equals(DNS_NAME) || entry.get(0).equals(IP_ADDRESS))
                    .map(entry -> normal((String) entry.get(1)))
                    .toList();
        } catch (CertificateParsingException e) {
            return List.of();
        }
    }

    private static Optional<String> commonName(X509Certificate certificate) {
        try {
            List<Rdn> parts = new LdapName(certificate.getSubjectX500Principal().getName()).getRdns();
            return parts.reversed().stream()
                    .filter(part -> part.getType().equalsIgnoreCase("CN") && part.getValue() instanceof String)
                    .map(part -> (String) part.getValue())
                    .findFirst();
        } catch (InvalidNameException e) {
            return Optional.empty();
        }
    }

    private static String normal(String name) {
        try {
            return InetAddress.ofLiteral(name).getHostAddress();
        } catch (IllegalArgumentException e) {
            return name.toLowerCase(Locale.ROOT);
        }
    }

    @Override
    public String toString() {
        return names.isEmpty() ? "any" : names.toString();
    }
}
