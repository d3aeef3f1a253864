package dev.faultline.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faultline.benchmarks.movement.BulkContent;
import dev.faultline.benchmarks.movement.BulkGuest;
import dev.faultline.benchmarks.report.Benchmarks;
import dev.faultline.cli.option.EnumConverter;
import dev.faultline.migration.Compression;
import dev.faultline.migration.DataPath;
import dev.faultline.migration.destination.Acceptor;
import dev.faultline.migration.host.LocalHost;
import dev.faultline.migration.source.SourceReport;
import dev.faultline.qemu.lab.host.LabHost;
import dev.faultline.qemu.lab.net.Namespaces;
import dev.faultline.testing.RequiresHugePages;
import dev.faultline.uffd.memory.PageSize;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Scanner;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.ToDoubleFunction;
import org.junit.jupiter.api.Test;

/**
 * How fast memory moves: by number of connections, compression, content and page size. {@code ./dev bench bulk runs=5} writes
 * the tables; the short form shows that each way works.
 */
class BulkBenchIT {
    private static final long GIGABIT = 1_000_000_000L;
    private static final int HUGE_PAGES = 48;
    private static final long HUGE_BYTES = HUGE_PAGES * (2L << 20);
    private static final long SHORT_BYTES = 16L << 20;

    private final Soak soak = new Soak("bench-bulk");
    private final int runs = soak.number("runs", 1);

    private record Way(BulkContent content, int connections, Compression compression) {}

    private record Sample(double gigabytesPerSecond, double left) {
        static Sample of(long bytes, long nanos, long wireBytes) {
            return new Sample((double) bytes / nanos, (double) wireBytes / bytes);
        }
    }

    @FunctionalInterface
    private interface Move {
        Sample of(Way way) throws Exception;
    }

    @Test
    void smallPagesOverLoopback() throws Exception {
        overLoopback("4 KiB", soak.isRequested() ? 256L << 20 : SHORT_BYTES, PageSize.SIZE_4K);
    }

    @Test
    @RequiresHugePages(2 * HUGE_PAGES)
    void hugePagesOverLoopback() throws Exception {
        overLoopback("2 MiB", soak.isRequested() ? HUGE_BYTES : SHORT_BYTES, PageSize.SIZE_2M);
    }

    @Test
    void smallPagesOverAGigabit() throws Exception {
        LabHost.requireNamespaces();
        long bytes = soak.isRequested() ? 128L << 20 : SHORT_BYTES;
        try (Namespaces network = Namespaces.create(2)) {
            network.shape(GIGABIT);
            measure("Bulk pages over a link of 1 Gbit/s", bytes, GIGABIT_TEXT, new int[] {1, 2}, way -> {
                return betweenProcesses(way, bytes, network);
            });
        }
    }

    private void overLoopback(String pages, long bytes, PageSize pageSize) throws Exception {
        Map<BulkContent, BulkGuest> sources = new LinkedHashMap<>();
        try {
            measure(
                    "Bulk pages of " + pages + " over loopback",
                    bytes,
                    LOOPBACK_TEXT,
                    new int[] {1, 2, 4},
                    way -> within(sources, way, bytes, pageSize));
        } finally {
            sources.values().forEach(BulkGuest::close);
        }
    }

    /** In turns, so that all of them see the same machine; the first run of the long form warms up. */
    private void measure(String title, long bytes, String introduction, int[] connections, Move move) throws Exception {
        Map<Way, List<Sample>> samples = new LinkedHashMap<>();
        for (int run = soak.isRequested() ? -1 : 0; run < runs; run++) {
            for (BulkContent content :
                    soak.isRequested() ? BulkContent.values() : new BulkContent[] {BulkContent.TEXT}) {
                for (int count : connections) {
                    for (Compression compression : Compression.values()) {
                        Way way = new Way(content, count, compression);
                        Sample sample = move.of(way);
                        if (run >= 0) {
                            samples.computeIfAbsent(way, _ -> new ArrayList<>()).add(sample);
                        }
                    }
                }
            }
        }
        samples.forEach((way, list) -> {
            boolean shrinks = way.compression == Compression.LZ4 || way.compression == Compression.ZSTD;
            if (shrinks && way.content != BulkContent.RANDOM) {
                assertThat(median(list, Sample::left)).as("%s", way).isLessThan(0.8);
            }
        });
        if (soak.isRequested()) {
            String text = introduction
                    .replace("RUNS", Integer.toString(runs))
                    .replace("SIZE", Long.toString(bytes >> 20))
                    .replace("MACHINE", Benchmarks.machine());
            Benchmarks.write(title, text + table(samples));
        }
    }

    private static Sample within(Map<BulkContent, BulkGuest> sources, Way way, long bytes, PageSize pageSize)
            throws Exception {
        BulkGuest source = sources.get(way.content);
        if (source == null) {
            sources.values().forEach(BulkGuest::close); // huge pages are for one at a time
            sources.clear();
            source = new BulkGuest(bytes, pageSize, false);
            sources.put(way.content, source);
            source.fill(way.content);
        }
        source.takeBack();
        InetAddress loopback = InetAddress.getLoopbackAddress();
        try (BulkGuest destination = new BulkGuest(bytes, pageSize, true);
                Acceptor acceptor = Acceptor.listen(LocalHost.INSTANCE, new InetSocketAddress(loopback, 0))) {
            CompletableFuture<Void> received = CompletableFuture.runAsync(() -> {
                try {
                    BulkMain.receive(destination, acceptor);
                } catch (dev.faultline.migration.MigrationException e) {
                    throw new IllegalStateException(e);
                }
            });
            SourceReport report = BulkMain.send(
                    source,
                    new InetSocketAddress(loopback, acceptor.port()),
                    new DataPath(way.connections, way.compression));
            received.get(1, TimeUnit.MINUTES);
            assertThat(destination.hasMemoryOf(source)).isTrue();
            return Sample.of(bytes, report.totalNanos(), report.wireBytes());
        }
    }

    private static Sample betweenProcesses(Way way, long bytes, Namespaces network) throws Exception {
        Process receiver = start(network.command(1), "from", network.address(1), Long.toString(bytes));
        try (BufferedReader port = receiver.inputReader()) {
            Process sender = start(
                    network.command(0),
                    "to",
                    network.address(1),
                    port.readLine(),
                    Long.toString(bytes),
                    way.content.name(),
                    Integer.toString(way.connections),
                    way.compression.name());
            try (Scanner result = new Scanner(sender.getInputStream(), StandardCharsets.US_ASCII)) {
                long nanos = result.nextLong();
                long wireBytes = result.nextLong();
                assertThat(sender.waitFor() + receiver.waitFor()).isZero();
                return Sample.of(bytes, nanos, wireBytes);
            } finally {
                sender.destroyForcibly();
            }
        } finally {
            receiver.destroyForcibly();
        }
    }

    private static Process start(List<String> prefix, String... arguments) throws IOException {
        List<String> command = new ArrayList<>(prefix);
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of("--enable-native-access=ALL-UNNAMED", "-XX:+UseSerialGC", "-cp"));
        command.add("target/test-classes:" + System.getProperty("jdk.module.path") + ":"
                + System.getProperty("java.class.path"));
        command.add(BulkMain.class.getName());
        command.addAll(Arrays.asList(arguments));
        return new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
    }

    private static String table(Map<Way, List<Sample>> samples) {
        StringBuilder text = new StringBuilder("| content | connections |");
        for (Compression compression : Compression.values()) {
            text.append(" ").append(EnumConverter.word(compression)).append(" |");
        }
        text.append("\n| --- | --- |").append(" --- |".repeat(Compression.values().length));
        samples.forEach((way, list) -> {
            if (way.compression == Compression.NONE) {
                text.append("\n| ")
                        .append(EnumConverter.word(way.content))
                        .append(" | ")
                        .append(way.connections);
                text.append(" |");
            }
            text.append(cell(list));
        });
        return text.append("\n").toString();
    }

    private static String cell(List<Sample> list) {
        double[] rates =
                list.stream().mapToDouble(Sample::gigabytesPerSecond).sorted().toArray();
        return String.format(
                Locale.ROOT,
                " %.3f (%.3f-%.3f), %.0f %% |",
                median(list, Sample::gigabytesPerSecond),
                rates[0],
                rates[rates.length - 1],
                100 * median(list, Sample::left));
    }

    private static double median(List<Sample> list, ToDoubleFunction<Sample> value) {
        double[] sorted = list.stream().mapToDouble(value).sorted().toArray();
        return sorted[sorted.length / 2];
    }

    private static final String LOOPBACK_TEXT = """
                ./dev bench bulk runs=RUNS

            Memory of a guest that is paused, SIZE MiB full of one kind of content (text: pseudo-words; half zero: the first half of
            each 4 KiB random), moved in post-copy mode over loopback TCP between two engines of one JVM, connections' and hand-over's
            time included; a warm-up, then RUNS runs of each way in turns: median (smallest-largest) in GB/s of content, and bytes on
            the wire as a part of it. Each destination's memory is compared with the source's. Both engines, compressor and
            decompressor included, share the machine's processors: between two hosts each has its own.

            MACHINE.

            """;

    private static final String GIGABIT_TEXT = """
                ./dev bench bulk runs=RUNS

            As over loopback, SIZE MiB in pages of 4 KiB, between two processes in network namespaces that a veth pair joins, shaped to
            1 Gbit/s (tbf, that is at most 0.12 GB/s on the wire). The engines' JVMs are started for each move, so that all code is new.

            MACHINE.

            """;
}
