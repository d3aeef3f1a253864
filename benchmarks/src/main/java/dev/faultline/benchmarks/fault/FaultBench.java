package dev.faultline.benchmarks.fault;

import dev.faultline.benchmarks.fault.FaultLab.Handler;
import dev.faultline.benchmarks.fault.FaultLab.Placement;
import dev.faultline.benchmarks.program.CPrograms;
import dev.faultline.benchmarks.report.MarkdownTable;
import dev.faultline.benchmarks.report.Plot;
import dev.faultline.benchmarks.report.Samples;
import dev.faultline.benchmarks.report.Section;
import dev.faultline.benchmarks.run.Bench;
import dev.faultline.benchmarks.run.Settings;
import dev.faultline.testing.HugePageReservation;
import dev.faultline.uffd.memory.PageSize;
import java.io.IOException;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;

/** How fast minor faults are served, page by page, by the engine and by a loop in C. */
public final class FaultBench implements Bench {
    /** Fewer than a quarter of any block: around none of them is anything mapped ahead. */
    private static final int EVERY = 5;

    private static final int HUGE_PAGES = 128;
    private static final double MICROS = 1000;
    /** The compiler shares a processor with who touches and who serves, and takes that long. What is new is told too. */
    private static final int WARM_UP_RUNS = 12;

    private enum Waiting {
        TOGETHER("poll, one processor", "poll", Placement.ONE_PROCESSOR),
        APART("poll, two processors", "poll", Placement.TWO_PROCESSORS),
        SPINNING("spin, two processors", "spin", Placement.TWO_PROCESSORS);

        private final String label;
        private final String mode;
        private final Placement placement;

        Waiting(String label, String mode, Placement placement) {
            this.label = label;
            this.mode = mode;
            this.placement = placement;
        }
    }

    private record Way(PageSize pageSize, int threads, Waiting waiting) {}

    /** What came out of one way of serving. */
    private static final class Result {
        final Samples perSecond = new Samples();
        final Samples median = new Samples();
        final Samples late = new Samples();
        final Samples bytesPerFault = new Samples();
        final Latencies latencies = new Latencies();

        void add(Run run) {
            perSecond.add(run.perSecond());
            median.add(run.latencies().quantile(0.5) / MICROS);
            late.add(run.latencies().quantile(0.99) / MICROS);
            bytesPerFault.add((double) run.allocatedBytes() / run.faults());
            latencies.addAll(run.latencies());
        }
    }

    private final Map<Way, Map<Handler, Result>> results = new LinkedHashMap<>();
    /** The engine's first run in a JVM. */
    private final Map<Way, Double> first = new LinkedHashMap<>();

    /** Has measured nothing yet. */
    public FaultBench() {}

    @Override
    public Section run(Settings settings) throws IOException {
        try (CPrograms programs = new CPrograms()) {
            measure(programs, settings, PageSize.SIZE_4K, settings.choose(10_000, 200), 1);
            int hugePages = settings.choose(HUGE_PAGES, 4);
            try (HugePageReservation _ = HugePageReservation.add(hugePages)) {
                measure(programs, settings, PageSize.SIZE_2M, hugePages, settings.choose(20, 1));
            }
        }
        return new Section(
                "Minor faults: the engine beside C",
                INTRODUCTION,
                table() + FIRST_RUNS + firstRuns(),
                Optional.of(plot()));
    }

    private void measure(CPrograms programs, Settings settings, PageSize pageSize, int touches, int passes)
            throws IOException {
        for (Placement placement : Placement.values()) {
            try (FaultLab lab = new FaultLab(programs, placement, touches * EVERY, pageSize, EVERY)) {
                int begin = -settings.choose(WARM_UP_RUNS, 0);
                for (int run = begin; run < settings.runs(); run++) {
                    for (Waiting waiting : Waiting.values()) {
                        if (waiting.placement == placement) {
                            double perSecond = inTurns(lab, new Way(pageSize, 1, waiting), touches, passes, run);
                            if (run == begin && !waiting.mode.equals("spin")) {
                                first.put(new Way(pageSize, 1, waiting), perSecond);
                            }
                            inTurns(lab, new Way(pageSize, 2, waiting), touches, passes, run);
                        }
                    }
                }
            }
        }
    }

    /** {@return how many the engine, which is the last, has served in a second} */
    private double inTurns(FaultLab lab, Way way, int touches, int passes, int run) throws IOException {
        Touching touching = new Touching(way.threads, true, EVERY, touches);
        double perSecond = 0;
        for (Handler by : Handler.values()) {
            Run measured = lab.run(by, way.waiting.mode, touching, passes, run);
            if (measured.faults() != measured.touches()) {
                throw new IOException(measured.touches() + " touches, but " + measured.faults() + " faults by " + by);
            }
            perSecond = measured.perSecond();
            if (run >= 0) {
                results.computeIfAbsent(way, _ -> new EnumMap<>(Handler.class))
                        .computeIfAbsent(by, _ -> new Result())
                        .add(measured);
            }
        }
        return perSecond;
    }

    private String firstRuns() {
        MarkdownTable table = new MarkdownTable("pages", "waiting", "engine faults/s, first run", "later");
        first.forEach((way, perSecond) -> table.row(
                way.pageSize.label(),
                way.waiting.label,
                String.format(Locale.ROOT, "%.0f", perSecond),
                java.util.Objects.requireNonNull(java.util.Objects.requireNonNull(results.get(way))
                                .get(Handler.ENGINE))
                        .perSecond
                        .cell(0)));
        return table.toString();
    }

    private String table() {
        MarkdownTable table = new MarkdownTable(
                "pages",
                "threads",
                "waiting",
                "C faults/s",
                "engine faults/s",
                "engine / C",
                "C p50, p99 us",
                "engine p50, p99 us",
                "bytes per fault");
        results.forEach((way, by) -> {
            Result c = java.util.Objects.requireNonNull(by.get(Handler.C));
            Result engine = java.util.Objects.requireNonNull(by.get(Handler.ENGINE));
            table.row(
                    way.pageSize.label(),
                    Integer.toString(way.threads),
                    way.waiting.label,
                    c.perSecond.cell(0),
                    engine.perSecond.cell(0),
                    String.format(Locale.ROOT, "%.2f", engine.perSecond.ratioTo(c.perSecond)),
                    latencies(c),
                    latencies(engine),
                    engine.bytesPerFault.cell(2));
        });
        return table.toString();
    }

    private static String latencies(Result result) {
        return String.format(Locale.ROOT, "%.1f, %.1f", result.median.median(), result.late.median());
    }

    private Plot plot() {
        List<Plot.Line> lines = new ArrayList<>();
        results.forEach((way, by) -> {
            if (way.pageSize == PageSize.SIZE_4K && way.threads == 1) {
                by.forEach((handler, result) -> lines.add(
                        line((handler == Handler.C ? "C" : "engine") + ", " + way.waiting.label, result.latencies)));
            }
        });
        return new Plot(
                "faults",
                "Minor faults of one thread, 4 KiB: from touch to going on",
                "microseconds",
                "% of touches",
                true,
                lines);
    }

    private static Plot.Line line(String name, Latencies latencies) {
        List<Double> parts =
                IntStream.rangeClosed(1, 49).mapToObj(i -> i / 50.0).toList();
        return new Plot.Line(
                name,
                parts.stream().map(part -> latencies.quantile(part) / MICROS).toList(),
                parts.stream().map(part -> 100 * part).toList());
    }

    private static final String FIRST_RUNS = """

            The first run in a JVM, whose code is interpreted at first and then compiled on the same processors:

            """;

    private static final String INTRODUCTION = """
                ./dev bench faults runs=RUNS

            A process touches pages that its memory file holds and that are not mapped: every fifth page, in any order, so that
            nothing is to be mapped ahead. Its faults are served by another process: a loop of poll, read and CONTINUE in C
            (`benchmarks/src/main/c/handler.c`), and the destination engine's own service of faults, with page states, statistics and
            all. *poll* sleeps until there is a fault, *spin* looks for the next one all the time; who touches and who serves share a
            processor, or have one each. In turns, after 12 runs for the JVM to compile, RUNS runs of 10,000 faults (2 MiB: 2,560):
            medians (smallest-largest). A latency is from touch to going on, in the thread that touches; bytes per fault is what the
            engine's thread takes of the heap.

            MACHINE.

            """;
}
