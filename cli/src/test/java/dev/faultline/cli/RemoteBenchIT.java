package dev.faultline.cli;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.faultline.benchmarks.report.Benchmarks;
import dev.faultline.benchmarks.report.MarkdownTable;
import dev.faultline.benchmarks.report.Plot;
import dev.faultline.benchmarks.report.Samples;
import dev.faultline.cli.RemoteFaults.Mover;
import dev.faultline.cli.RemoteFaults.Network;
import dev.faultline.cli.RemoteFaults.Push;
import dev.faultline.cli.RemoteFaults.Way;
import dev.faultline.qemu.lab.host.LabHost;
import dev.faultline.testing.KvmDevice;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * How long a guest waits for a page that has not come yet, moved by Faultline and by QEMU itself, in turns. {@code ./dev
 * bench remote runs=3} writes the tables; the short form shows that each way works.
 */
class RemoteBenchIT {
    private static final double MICROS = 1000;
    private static final String PLOT = "remote";

    private final Soak soak = new Soak("bench-remote");

    @TempDir(factory = QemuBenchIT.InMemory.class)
    private Path journals;

    /** What the guest waited, in all runs of one way. */
    private static final class Result {
        final Samples count = new Samples();
        final Samples median = new Samples();
        final Samples late = new Samples();
        final Samples last = new Samples();
        private long[] all = {};

        void add(long[] nanos) {
            count.add(nanos.length);
            median.add(quantile(nanos, 0.5));
            late.add(quantile(nanos, 0.99));
            last.add(quantile(nanos, 0.999));
            all = IntStream.range(0, 2)
                    .mapToObj(i -> i == 0 ? all : nanos)
                    .flatMapToLong(Arrays::stream)
                    .sorted()
                    .toArray();
        }

        /** In microseconds. */
        private static double quantile(long[] sorted, double part) {
            return sorted[(int) Math.ceil(part * sorted.length) - 1] / MICROS;
        }

        Plot.Line line(String name) {
            List<Double> parts =
                    IntStream.range(1, 100).mapToObj(i -> i / 100.0).toList();
            return new Plot.Line(
                    name,
                    parts.stream().map(part -> quantile(all, part)).toList(),
                    parts.stream().map(part -> 100 * part).toList());
        }
    }

    private final Map<Way, Result> results = new LinkedHashMap<>();

    @BeforeAll
    static void requireTools() {
        LabHost.requireQemu();
        LabHost.requireNamespaces();
        KvmDevice.require();
    }

    @Test
    void aGuestWaitsForPagesInEachWay() throws IOException {
        int runs = soak.number("runs", soak.isRequested() ? 3 : 1);
        int coldMib = soak.isRequested() ? soak.number("mib", 512) : 64;
        long idleMillis = soak.isRequested() ? 2000 : 1000;
        for (int run = 0; run < runs; run++) {
            for (Way way : ways()) {
                Path journal = journals.resolve(run + "-" + way.hashCode());
                long[] waits = new RemoteFaults(way, coldMib, idleMillis, journal).measure();
                assertThat(waits).as("%s", way).isNotEmpty();
                results.computeIfAbsent(way, _ -> new Result()).add(waits);
            }
        }
        assertThat(results.values())
                .allSatisfy(result -> assertThat(result.count.size()).isEqualTo(runs));
        if (soak.isRequested()) {
            write(runs, coldMib);
        }
    }

    /** In the short form only what does not end before it has been looked at. */
    private List<Way> ways() {
        List<Way> ways = new ArrayList<>();
        for (Network network : networks()) {
            for (Push push : soak.isRequested() ? Push.values() : new Push[] {Push.IDLE}) {
                for (Mover mover : Mover.values()) {
                    ways.add(new Way(network, push, mover));
                }
            }
        }
        return ways;
    }

    /** All, or the one of that number. */
    private List<Network> networks() {
        int only = soak.number("link", soak.isRequested() ? 0 : 1);
        List<Network> all = List.of(Network.values());
        return only == 0 ? all : List.of(all.get(only - 1));
    }

    private void write(int runs, int coldMib) throws IOException {
        Plot plot = plot();
        plot.write(Benchmarks.docs().resolve("benchmarks"));
        String text = INTRODUCTION
                        .replace("RUNS", Integer.toString(runs))
                        .replace("SIZE", Integer.toString(coldMib))
                        .replace("MACHINE", Benchmarks.machine())
                + table() + "\n![" + plot.title() + "](benchmarks/" + plot.name() + ".svg)\n";
        System.out.println(text);
        Benchmarks.write(TITLE, text);
    }

    private String table() {
        MarkdownTable table =
                new MarkdownTable("link", "push", "by", "pages", "p50 us", "p99 us", "p99.9 us", "p99 / QEMU, preempt");
        results.forEach((way, result) -> {
            Result preempt = requireNonNull(results.get(new Way(way.network(), way.push(), Mover.QEMU_PREEMPT)));
            table.row(
                    way.network().label,
                    way.push().label,
                    way.mover().label,
                    result.count.cell(0),
                    result.median.cell(0),
                    result.late.cell(0),
                    result.last.cell(0),
                    String.format(Locale.ROOT, "%.2f", result.late.ratioTo(preempt.late)));
        });
        return table.toString();
    }

    private Plot plot() {
        List<Plot.Line> lines = new ArrayList<>();
        results.forEach((way, result) -> {
            if (way.network() != Network.LOOPBACK && way.push() == Push.SATURATING) {
                lines.add(result.line(way.mover().label + ", " + way.network().label));
            }
        });
        return new Plot(
                PLOT,
                "What a guest waits for a page beside a saturating push, 1 Gbit/s",
                "microseconds",
                "% of pages",
                true,
                lines);
    }

    private static final String TITLE = "Waiting for a page: Faultline beside QEMU's post-copy";

    private static final String INTRODUCTION = """
                ./dev bench remote runs=RUNS

            A guest of SIZE MiB under KVM is moved by post-copy, nearly nothing of it before its hand-over. A probe in the guest reads a
            word of another page each millisecond, in an order that cannot be foretold from a few pages, and reads the time stamp
            counter before and after: the same probe, in the same guest, for each way. Each page is verified when it has come.

            - *by*: Faultline's `--mode postcopy`, both engines standing by; QEMU's post-copy without and with `postcopy-preempt`.
            - *push*: nothing holds it back, and the figures are those until its end; or a trickle, 1 MiB/s, for 2 s. QEMU 7.2
              holds back answers to faults, too, when it has a limit: its trickle is no measure for an idle link.
            - *pages* that the guest waited for: touches after the resume of 10 us and more; beside a saturating push the longest of them only,
              as many as pages were asked for (QEMU's `postcopy-requests`, Faultline's faults of the kind `fetched`), since a page that has
              been pushed may take a while, too, at its first touch. The very first touch is left out.
            - *1 Gbit/s*: by tbf in the network namespaces of the two sides, whose kernels see the queue; *at a router*: in a third namespace that
              both sides are joined by, whose queue of up to 50 ms they do not see.

            In turns, RUNS runs of each: medians (smallest-largest).

            MACHINE.

            """;
}
