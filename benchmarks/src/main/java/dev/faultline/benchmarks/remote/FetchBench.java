package dev.faultline.benchmarks.remote;

import dev.faultline.benchmarks.program.CPrograms;
import dev.faultline.benchmarks.program.Route;
import dev.faultline.benchmarks.report.MarkdownTable;
import dev.faultline.benchmarks.report.Samples;
import dev.faultline.benchmarks.report.Section;
import dev.faultline.benchmarks.run.Bench;
import dev.faultline.benchmarks.run.Settings;
import dev.faultline.qemu.lab.net.Namespaces;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/** How long a touch takes whose page has to be fetched, by the engines and by a program in C. */
public final class FetchBench implements Bench {
    private static final long BITS_PER_SECOND = 1_000_000_000L;
    private static final int MEBIBYTES = 512;
    /** As long as the push takes on the slow link. */
    private static final int SLOW_MILLIS = 4000;

    private static final int FAST_MILLIS = 1500;
    private static final double MICROS = 1000;

    private record Way(String network, boolean pushes) {}

    private static final class Latencies {
        final Samples count = new Samples();
        final Samples median = new Samples();
        final Samples late = new Samples();
        final Samples last = new Samples();

        void add(long[] sorted) throws IOException {
            if (sorted.length == 0) {
                throw new IOException("no page was fetched");
            }
            count.add(sorted.length);
            median.add(quantile(sorted, 0.5));
            late.add(quantile(sorted, 0.99));
            last.add(quantile(sorted, 0.999));
        }

        private static double quantile(long[] sorted, double part) {
            return sorted[(int) Math.ceil(part * sorted.length) - 1] / MICROS;
        }

        String cell() {
            return median.cell(0) + ", " + late.cell(0) + ", " + last.cell(0);
        }
    }

    private record Result(Latencies c, Latencies engines) {}

    private final Map<Way, Result> results = new LinkedHashMap<>();

    /** Has measured nothing yet. */
    public FetchBench() {}

    @Override
    public Section run(Settings settings) throws IOException {
        try (CPrograms programs = new CPrograms();
                Namespaces network = Namespaces.create(2)) {
            network.shape(BITS_PER_SECOND);
            Route slow = Route.between("1 Gbit/s", network);
            for (int run = 0; run < settings.runs(); run++) {
                inTurns(programs, settings, Route.LOOPBACK, settings.choose(FAST_MILLIS, 200), run);
                inTurns(programs, settings, slow, settings.choose(SLOW_MILLIS, 200), run);
            }
        }
        return new Section("Fetching a page: the engines beside C", INTRODUCTION, table());
    }

    private void inTurns(CPrograms programs, Settings settings, Route route, int millis, int run) throws IOException {
        long lengthBytes = (long) settings.choose(MEBIBYTES, 128) << 20;
        for (boolean pushes : new boolean[] {false, true}) {
            Result result = results.computeIfAbsent(
                    new Way(route.name(), pushes), _ -> new Result(new Latencies(), new Latencies()));
            try (FetchLab lab = new FetchLab(programs, route, lengthBytes, pushes)) {
                result.c.add(lab.byC(millis, run));
            }
            try (FetchLab lab = new FetchLab(programs, route, lengthBytes, pushes)) {
                result.engines.add(lab.byEngines(millis, run));
            }
        }
    }

    private String table() {
        MarkdownTable table = new MarkdownTable(
                "link",
                "push",
                "C pages",
                "C p50, p99, p99.9 us",
                "engines' pages",
                "engines' p50, p99, p99.9 us",
                "engines / C, p50",
                "engines / C, p99");
        results.forEach((way, result) -> table.row(
                way.network,
                way.pushes ? "saturating" : "none, or a trickle",
                result.c.count.cell(0),
                result.c.cell(),
                result.engines.count.cell(0),
                result.engines.cell(),
                ratio(result.engines.median, result.c.median),
                ratio(result.engines.late, result.c.late)));
        return table.toString();
    }

    private static String ratio(Samples engines, Samples c) {
        return String.format(Locale.ROOT, "%.2f", engines.ratioTo(c));
    }

    private static final String INTRODUCTION = """
                ./dev bench fetch runs=RUNS

            A process touches a page each millisecond, in any order, of a memory file that is empty, and reads the clock before and
            after (the probe is `toucher.c`'s, not the one in a guest). Its faults are served by a program in C that asks another one
            for the page over a socket of its own with TCP_NODELAY, one at a time (`benchmarks/src/main/c/fetcher.c`), or by two engines
            in post-copy. *Push*: all 512 MiB as fast as they go, in C over a second socket that nothing holds back; or none, which for
            the engines is a trickle of 1 MiB/s. What is counted are the longest touches, as many as pages were asked for. *1 Gbit/s*: tbf in
            a network namespace for each side. In turns, RUNS runs, the engines' JVMs new each time: medians (smallest-largest).

            MACHINE.

            """;
}
