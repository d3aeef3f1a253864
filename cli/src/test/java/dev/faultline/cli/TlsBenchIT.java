package dev.faultline.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faultline.benchmarks.report.Benchmarks;
import dev.faultline.migration.MigrationException;
import dev.faultline.migration.host.Host;
import dev.faultline.migration.host.Link;
import dev.faultline.migration.host.Listener;
import dev.faultline.migration.host.LocalHost;
import dev.faultline.migration.tls.PeerNames;
import dev.faultline.migration.tls.TlsHost;
import dev.faultline.migration.tls.TlsSettings;
import dev.faultline.testing.CertificateAuthority;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Frames of pages over one connection, in plain text and by TLS, in turns. {@code ./dev bench tls runs=9} writes the table;
 * the short form shows that each way works.
 */
class TlsBenchIT {
    private static final int HEADER_BYTES = 32;
    private static final int[] FRAME_BYTES = {4 << 10, 256 << 10, 2 << 20};
    private static final int WARM_UP_RUNS = 2;

    private final Soak soak = new Soak("bench-tls");

    @TempDir
    private Path certificates;

    /** Gigabytes of content in a second: medians of interleaved runs mean something, single numbers do not. */
    private record Rates(List<Double> plain, List<Double> tls) {
        Rates() {
            this(new ArrayList<>(), new ArrayList<>());
        }
    }

    @Test
    void pagesInPlainTextAndByTls() throws Exception {
        int runs = soak.number("runs", 1);
        long bytes = soak.isRequested() ? 512L << 20 : 16L << 20;
        Host tls = tlsHost();
        Map<Integer, Rates> rates = new LinkedHashMap<>();
        for (int run = soak.isRequested() ? -WARM_UP_RUNS : 0; run < runs; run++) {
            for (int frameBytes : FRAME_BYTES) {
                double plainRate = send(LocalHost.INSTANCE, frameBytes, bytes);
                double tlsRate = send(tls, frameBytes, bytes);
                if (run >= 0) {
                    Rates of = rates.computeIfAbsent(frameBytes, _ -> new Rates());
                    of.plain.add(plainRate);
                    of.tls.add(tlsRate);
                }
            }
        }
        assertThat(rates.values()).allSatisfy(of -> assertThat(of.tls).hasSize(runs));
        if (soak.isRequested()) {
            Benchmarks.write("TLS beside plain text", text(runs, rates));
        }
    }

    private Host tlsHost() throws MigrationException {
        CertificateAuthority.Issued own = new CertificateAuthority(certificates, "ca").issue("bench.test");
        TlsSettings settings = TlsSettings.read(own.certificate(), own.key(), own.authority());
        return new TlsHost(LocalHost.INSTANCE, settings, PeerNames.of(List.of("bench.test")));
    }

    /** {@return GB/s from the first frame to the receiver's having all} */
    private static double send(Host host, int frameBytes, long bytes) throws Exception {
        try (Listener listener = host.listen(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
                Link source = host.connect(listener.address());
                Link destination = listener.accept()) {
            CompletableFuture<Void> received = start(() -> receive(destination, frameBytes, bytes));
            ByteBuffer header = ByteBuffer.allocateDirect(HEADER_BYTES);
            ByteBuffer content = random(frameBytes);
            source.write(header); // the handshake, if there is one
            readFully(source, header.clear());
            long began = System.nanoTime();
            for (long sent = 0; sent < bytes; sent += frameBytes) {
                source.write(header.clear(), content.clear());
            }
            received.get();
            return bytes / (double) (System.nanoTime() - began);
        }
    }

    private static void receive(Link link, int frameBytes, long bytes) throws IOException {
        ByteBuffer header = ByteBuffer.allocateDirect(HEADER_BYTES);
        ByteBuffer content = ByteBuffer.allocateDirect(frameBytes);
        readFully(link, header);
        link.write(header.flip());
        for (long received = 0; received < bytes; received += frameBytes) {
            readFully(link, header.clear());
            readFully(link, content.clear());
        }
    }

    private static void readFully(Link link, ByteBuffer target) throws IOException {
        while (target.hasRemaining()) {
            if (link.read(target) < 0) {
                throw new EOFException("the other side has ended");
            }
        }
    }

    private static ByteBuffer random(int bytes) {
        byte[] content = new byte[bytes];
        new SplittableRandom(1).nextBytes(content);
        return ByteBuffer.allocateDirect(bytes).put(content).flip();
    }

    private interface Work {
        void run() throws IOException;
    }

    private static CompletableFuture<Void> start(Work work) {
        CompletableFuture<Void> done = new CompletableFuture<>();
        Thread.ofPlatform().daemon().start(() -> {
            try {
                work.run();
                done.complete(null);
            } catch (Throwable t) {
                done.completeExceptionally(t);
            }
        });
        return done;
    }

    private static String text(int runs, Map<Integer, Rates> rates) throws IOException, GeneralSecurityException {
        List<String> flags = Arrays.asList(Benchmarks.cpu("flags").split(" "));
        StringBuilder text = new StringBuilder(INTRODUCTION
                .replace("RUNS", Integer.toString(runs))
                .replace("WARM", Integer.toString(WARM_UP_RUNS))
                // Both sides have the JDK's list, so that they agree on the first of it.
                .replace(
                        "SUITE",
                        SSLContext.getDefault().getDefaultSSLParameters().getCipherSuites()[0])
                .replace("AESNI", flags.contains("aes") ? "has AES-NI" : "has no AES-NI")
                .replace("VAES", flags.contains("vaes") ? "VAES" : "no VAES")
                .replace("MACHINE", Benchmarks.machine()));
        rates.forEach((frameBytes, of) -> text.append(String.format(
                Locale.ROOT,
                "| %d KiB | %s | %s | %.2f |%n",
                frameBytes >> 10,
                cell(of.plain),
                cell(of.tls),
                median(of.tls) / median(of.plain))));
        return text.toString();
    }

    private static double median(List<Double> values) {
        return values.stream().sorted().toList().get(values.size() / 2);
    }

    private static String cell(List<Double> values) {
        List<Double> sorted = values.stream().sorted().toList();
        return String.format(Locale.ROOT, "%.2f (%.2f-%.2f)", median(values), sorted.getFirst(), sorted.getLast());
    }

    private static final String INTRODUCTION = """
                ./dev bench tls runs=RUNS

            Frames of one size, of random content, over one loopback TCP connection between two threads of one JVM, which copies and
            encrypts on one and decrypts and copies on the other: as `migrate` and `receive` send pages. 512 MiB for each sample, plain text
            and TLS in turns, WARM runs to warm up, then RUNS runs: medians (smallest-largest) in GB/s of content. The ratio is that of
            the medians.

            TLS 1.3, SUITE, by the JDK's SSLEngine; the processor AESNI and VAES.

            MACHINE.

            | frame | plain text GB/s | TLS GB/s | TLS / plain text |
            | --- | --- | --- | --- |
            """;
}
