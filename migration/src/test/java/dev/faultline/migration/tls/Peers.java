package dev.faultline.migration.tls;

import dev.faultline.migration.MigrationException;
import dev.faultline.migration.host.Link;
import dev.faultline.migration.host.LocalHost;
import dev.faultline.testing.CertificateAuthority;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.Security;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;

/** Two hosts with certificates of one CA. Made once for all tests: keytool takes its time. */
public final class Peers {
    private static final long PATIENCE_SECONDS = 20;

    static {
        // Read by the JDK once, before the first connection: keys then change every 4 MiB, and not every 128 GiB.
        Security.setProperty("jdk.tls.keyLimits", "AES/GCM/NoPadding KeyUpdate 2^22");
    }

    static final Path DIRECTORY = newDirectory();
    static final CertificateAuthority AUTHORITY = new CertificateAuthority(DIRECTORY, "ca");
    static final CertificateAuthority OTHER_AUTHORITY = new CertificateAuthority(DIRECTORY, "other");
    static final CertificateAuthority.Issued SOURCE = AUTHORITY.issue("source.test");
    static final CertificateAuthority.Issued DESTINATION = AUTHORITY.issue("destination.test");
    static final CertificateAuthority.Issued STRANGER = OTHER_AUTHORITY.issue("source.test");

    private Peers() {}

    private static Path newDirectory() {
        try {
            Path directory = Files.createTempDirectory("faultline-tls");
            Runtime.getRuntime().addShutdownHook(new Thread(() -> delete(directory)));
            return directory;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void delete(Path directory) {
        try (var files = Files.list(directory)) {
            for (Path file : files.toList()) {
                Files.delete(file);
            }
            Files.delete(directory);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static TlsSettings settings(CertificateAuthority.Issued of) {
        try {
            return TlsSettings.read(of.certificate(), of.key(), of.authority());
        } catch (MigrationException e) {
            throw new IllegalStateException(e);
        }
    }

    /** {@return a host that shows a certificate and wants a peer of a certain name} */
    static TlsHost host(CertificateAuthority.Issued own, String peer) {
        return new TlsHost(LocalHost.INSTANCE, settings(own), PeerNames.of(List.of(peer)));
    }

    /** {@return the host that guests leave} */
    public static TlsHost source() {
        return host(SOURCE, "destination.test");
    }

    /** {@return the host that guests come to} */
    public static TlsHost destination() {
        return host(DESTINATION, "source.test");
    }

    static <T> CompletableFuture<T> start(Callable<T> work) {
        CompletableFuture<T> result = new CompletableFuture<>();
        Thread.ofPlatform().daemon().start(() -> {
            try {
                result.complete(work.call());
            } catch (Throwable t) {
                result.completeExceptionally(t);
            }
        });
        return result;
    }

    static <T> T await(CompletableFuture<T> result) throws Exception {
        return result.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    }

    /** {@return why something failed} */
    static String failure(CompletableFuture<?> result) throws Exception {
        try {
            return "no failure but " + await(result);
        } catch (ExecutionException e) {
            return String.valueOf(Objects.requireNonNull(e.getCause()).getMessage());
        }
    }

    /** {@return what comes of reading a byte; the connection is closed if that fails, as engines do} */
    static CompletableFuture<Integer> reads(Link link) {
        return start(() -> {
            try {
                return link.read(java.nio.ByteBuffer.allocate(1));
            } catch (IOException e) {
                link.close();
                throw e;
            }
        });
    }
}
