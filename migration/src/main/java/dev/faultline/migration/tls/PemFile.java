package dev.faultline.migration.tls;

import dev.faultline.migration.MigrationException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A file of PEM blocks (RFC 7468); what stands between them is commentary. */
final class PemFile {
    private static final Pattern BLOCK = Pattern.compile("-----BEGIN ([A-Z0-9 ]+)-----([^-]*)-----END \\1-----");
    private static final String KEY = "PRIVATE KEY";

    private final Path path;
    private final List<Block> blocks = new ArrayList<>();

    private record Block(String label, String base64) {}

    private PemFile(Path path, String text) {
        this.path = path;
        Matcher matcher = BLOCK.matcher(text);
        while (matcher.find()) {
            blocks.add(new Block(matcher.group(1), matcher.group(2)));
        }
    }

    static PemFile read(Path path) throws MigrationException {
        try {
            return new PemFile(path, Files.readString(path, StandardCharsets.ISO_8859_1));
        } catch (NoSuchFileException e) {
            throw new MigrationException("there is no file " + path, e);
        } catch (AccessDeniedException e) {
            throw new MigrationException("this user may not read " + path, e);
        } catch (IOException e) {
            throw new MigrationException("cannot read " + path + ": " + e.getMessage(), e);
        }
    }

    /** {@return its certificates, one at least} */
    List<X509Certificate> certificates() throws MigrationException {
        List<X509Certificate> certificates = new ArrayList<>();
        for (Block block : blocks) {
            if (block.label.equals("CERTIFICATE")) {
                certificates.add(certificate(block));
            }
        }
        if (certificates.isEmpty()) {
            throw new MigrationException(
                    path
                            + " holds no certificate in PEM form (-----BEGIN CERTIFICATE-----); one in DER form becomes that by"
                            + " 'openssl x509 -inform der -in FILE'",
                    null);
        }
        return certificates;
    }

    private X509Certificate certificate(Block block) throws MigrationException {
        try {
            return (X509Certificate) CertificateFactory.getInstance("X.509")
                    .generateCertificate(new ByteArrayInputStream(decode(block)));
        } catch (CertificateException e) {
            throw new MigrationException("a certificate in " + path + " is damaged: " + e.getMessage(), e);
        }
    }

    /**
     * Reads a private key.
     *
     * @param algorithm what it is for
     */
    PrivateKey key(String algorithm) throws MigrationException {
        for (Block block : blocks) {
            if (block.label.equals(KEY)) {
                return key(block, algorithm);
            }
        }
        for (Block block : blocks) {
            if (block.label.equals("ENCRYPTED " + KEY)) {
                throw new MigrationException(
                        "the private key in " + path
                                + " is encrypted; 'openssl pkcs8 -in FILE -out NEW' writes it as it is"
                                + " needed here, readable by its owner only",
                        null);
            }
            if (block.label.endsWith(KEY)) {
                throw new MigrationException(
                        path + " holds a private key of another form (" + block.label
                                + "); 'openssl pkcs8 -topk8 -nocrypt -in FILE -out NEW' writes it as PKCS #8",
                        null);
            }
        }
        throw new MigrationException(path + " holds no private key in PEM form (-----BEGIN PRIVATE KEY-----)", null);
    }

    private PrivateKey key(Block block, String algorithm) throws MigrationException {
        byte[] encoded = decode(block);
        try {
            return KeyFactory.getInstance(algorithm).generatePrivate(new PKCS8EncodedKeySpec(encoded));
        } catch (GeneralSecurityException e) {
            throw new MigrationException(
                    "the private key in " + path + " is damaged, or none of the certificate's kind, which is "
                            + algorithm,
                    e);
        }
    }

    private byte[] decode(Block block) throws MigrationException {
        try {
            return Base64.getMimeDecoder().decode(block.base64);
        } catch (IllegalArgumentException e) {
            throw new MigrationException("a block in " + path + " is no base64: " + e.getMessage(), e);
        }
    }
}
