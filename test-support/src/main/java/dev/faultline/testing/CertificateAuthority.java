package dev.faultline.testing;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.Key;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Objects;

/** A certificate authority of a test's own, made by the JDK's keytool; all of its files lie in one directory. */
public final class CertificateAuthority {
    private static final String PASSWORD = "changeit";

    private final Path directory;
    private final String name;
    private final Path store;

    /**
     * What {@code --tls-cert}, {@code --tls-key} and {@code --tls-ca} want.
     *
     * @param certificate PEM file of the certificate, and of the authority's
     * @param key PEM file of its private key, PKCS #8
     * @param authority PEM file of the authority's certificate
     */
    public record Issued(Path certificate, Path key, Path authority) {}

    /**
     * Makes an authority.
     *
     * @param directory where its files go
     * @param name its name, also of its files
     */
    public CertificateAuthority(Path directory, String name) {
        this.directory = directory;
        this.name = name;
        store = directory.resolve(name + ".p12");
        keytool(List.of("-genkeypair", "-alias", "ca", "-dname", "CN=" + name, "-keyalg", "EC", "-ext", "bc:c"));
    }

    /**
     * Issues a certificate of an EC key for a host.
     *
     * @param host its name, as a DNS name
     * @return its files
     */
    public Issued issue(String host) {
        return issue(host, "-keyalg", "EC", "-ext", "san=dns:" + host);
    }

    /**
     * Issues a certificate.
     *
     * @param commonName the subject's name, also of its files
     * @param options more options of {@code keytool -genkeypair}
     * @return its files
     */
    public Issued issue(String commonName, String... options) {
        List<String> arguments = new ArrayList<>(
                List.of("-genkeypair", "-alias", commonName, "-signer", "ca", "-dname", "CN=" + commonName));
        arguments.addAll(List.of(options));
        keytool(arguments);
        return export(commonName);
    }

    private void keytool(List<String> arguments) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "keytool").toString());
        command.addAll(arguments);
        command.addAll(List.of("-keystore", store.toString(), "-storetype", "PKCS12", "-storepass", PASSWORD));
        try {
            Process process =
                    new ProcessBuilder(command).redirectErrorStream(true).start();
            process.getOutputStream().close();
            String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (process.waitFor() != 0) {
                throw new IllegalStateException(String.join(" ", command) + " failed: " + said);
            }
        } catch (IOException e) {
            throw new IllegalStateException("keytool cannot be run", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private Issued export(String alias) {
        try {
            KeyStore entries = KeyStore.getInstance(store.toFile(), PASSWORD.toCharArray());
            Key key = Objects.requireNonNull(entries.getKey(alias, PASSWORD.toCharArray()));
            StringBuilder chain = new StringBuilder();
            for (Certificate certificate : Arrays.asList(entries.getCertificateChain(alias))) {
                chain.append(pem("CERTIFICATE", certificate.getEncoded()));
            }
            Path certificateFile = directory.resolve(name + "-" + alias + ".crt");
            Path keyFile = directory.resolve(name + "-" + alias + ".key");
            Path authorityFile = directory.resolve(name + ".crt");
            Files.writeString(certificateFile, chain);
            Files.writeString(keyFile, pem("PRIVATE KEY", key.getEncoded()));
            Files.setPosixFilePermissions(keyFile, PosixFilePermissions.fromString("rw-------"));
            Files.writeString(
                    authorityFile,
                    pem("CERTIFICATE", entries.getCertificate("ca").getEncoded()));
            return new Issued(certificateFile, keyFile, authorityFile);
        } catch (GeneralSecurityException | IOException e) {
            throw new IllegalStateException("the certificate cannot be written", e);
        }
    }

    private static String pem(String label, byte[] content) {
        String lines = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(content);
        return "-----BEGIN " + label + "-----\n" + lines + "\n-----END " + label + "-----\n";
    }
}
