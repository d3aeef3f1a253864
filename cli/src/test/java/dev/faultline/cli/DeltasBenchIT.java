package dev.faultline.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faultline.benchmarks.report.Benchmarks;
import dev.faultline.qemu.lab.host.LabHost;
import dev.faultline.qemu.lab.net.Namespaces;
import dev.faultline.testing.RequiresHugePages;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Scanner;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * What deltas of huge pages save: {@code ./dev bench deltas runs=5} writes the table; the short form shows that both ways work.
 */
@RequiresHugePages(2 * DeltasBenchIT.HUGE_PAGES)
class DeltasBenchIT {
    static final int HUGE_PAGES = 32;
    private static final long BYTES = HUGE_PAGES * (2L << 20);
    private static final long GIGABIT = 1_000_000_000L;
    private static final int[] RATES = {100, 1000};

    private final Soak soak = new Soak("bench-deltas");
    private final int runs = soak.number("runs", 1);

    private record Way(String network, int blocksPerSecond, boolean deltas) {}

    private record Sample(
            double wireMebibytes, double totalMillis, double downtimeMillis, double waitMillis, long deltas) {}

    @Test
    void withDeltasAndWithout() throws Exception {
        Map<Way, List<Sample>> samples = new LinkedHashMap<>();
        measure(samples, "loopback", null);
        if (soak.isRequested()) {
            LabHost.requireNamespaces();
            try (Namespaces network = Namespaces.create(2)) {
                network.shape(GIGABIT);
                measure(samples, "1 Gbit/s", network);
            }
        }
        samples.forEach((way, list) -> assertThat(list)
                .as("%s", way)
                .allSatisfy(sample -> assertThat(sample.deltas > 0).isEqualTo(way.deltas)));
        if (soak.isRequested()) {
            Benchmarks.write("Deltas of huge pages", text() + table(samples));
        }
    }

    /** In turns, so that both ways see the same machine. */
    private void measure(Map<Way, List<Sample>> samples, String name, @Nullable Namespaces network) throws Exception {
        for (int run = 0; run < runs; run++) {
            for (int rate : soak.isRequested() ? RATES : new int[] {RATES[1]}) {
                for (boolean deltas : new boolean[] {false, true}) {
                    samples.computeIfAbsent(new Way(name, rate, deltas), _ -> new ArrayList<>())
                            .add(move(rate, deltas, network));
                }
            }
        }
    }

    private static Sample move(int rate, boolean deltas, @Nullable Namespaces network) throws Exception {
        String address = network == null ? "127.0.0.1" : network.address(1);
        String bytes = Long.toString(BYTES);
        Process receiver = start(network == null ? List.of() : network.command(1), "from", address, bytes, "" + rate);
        try (BufferedReader received = receiver.inputReader()) {
            Process sender = start(
                    network == null ? List.of() : network.command(0),
                    "to",
                    address,
                    received.readLine(),
                    bytes,
                    "" + rate,
                    "" + deltas);
            try (Scanner sent = new Scanner(sender.getInputStream(), StandardCharsets.US_ASCII)) {
                double wire = sent.nextLong() / (double) (1 << 20);
                double total = sent.nextLong() / 1e6;
                double downtime = sent.nextLong() / 1e6;
                long deltaPages = sent.nextLong();
                double wait = Long.parseLong(received.readLine()) / 1e6;
                assertThat(sender.waitFor() + receiver.waitFor()).isZero();
                return new Sample(wire, total, downtime, wait, deltaPages);
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
        command.add(DeltasMain.class.getName());
        command.addAll(Arrays.asList(arguments));
        return new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
    }

    private String text() throws IOException {
        return TEXT.replace("RUNS", Integer.toString(runs))
                .replace("SIZE", Long.toString(BYTES >> 20))
                .replace("MACHINE", Benchmarks.machine());
    }

    private static String table(Map<Way, List<Sample>> samples) {
        StringBuilder text = new StringBuilder("""
                | network | blocks written per second | deltas | on the wire MiB | total ms | downtime ms | p99 of fetched faults ms |
                | --- | --- | --- | --- | --- | --- | --- |
                """);
        samples.forEach((way, list) -> text.append("| ")
                .append(way.network)
                .append(" | ")
                .append(way.blocksPerSecond)
                .append(way.deltas ? " | yes |" : " | no |")
                .append(cell(list, Sample::wireMebibytes))
                .append(cell(list, Sample::totalMillis))
                .append(cell(list, Sample::downtimeMillis))
                .append(cell(list, Sample::waitMillis))
                .append("\n"));
        return text.toString();
    }

    private static String cell(List<Sample> list, ToDoubleFunction<Sample> value) {
        double[] sorted = list.stream().mapToDouble(value).sorted().toArray();
        return String.format(
                Locale.ROOT, " %.1f (%.1f-%.1f) |", sorted[sorted.length / 2], sorted[0], sorted[sorted.length - 1]);
    }

    private static final String TEXT = """
                ./dev bench deltas runs=RUNS

            A guest of SIZE MiB in pages of 2 MiB, full of random bytes, that looks at a block of 4 KiB and writes it anew, all over its
            memory and so many in a second, moved in hybrid mode with `--deltas` and without, in turns: RUNS runs of each, median
            (smallest-largest). Two processes, whose JVMs are started for each move, so that all code is new; the link of 1 Gbit/s joins two
            network namespaces by a veth pair (tbf). The guest found no wrong block.

            - *on the wire*: bytes of page and fault connections, of which the first round takes SIZE MiB.
            - *p99 of fetched faults*: from reading the event to the answer, where the page was sent for it; 0 if none was.

            MACHINE.

            """;
}
