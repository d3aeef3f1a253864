package dev.faultline.benchmarks.fault;

import dev.faultline.benchmarks.fault.FaultLab.Handler;
import dev.faultline.benchmarks.fault.FaultLab.Placement;
import dev.faultline.benchmarks.program.CPrograms;
import dev.faultline.benchmarks.report.MarkdownTable;
import dev.faultline.benchmarks.report.Samples;
import dev.faultline.benchmarks.report.Section;
import dev.faultline.benchmarks.run.Bench;
import dev.faultline.benchmarks.run.Settings;
import dev.faultline.uffd.memory.PageSize;
import java.io.IOException;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/** What it gains to map the pages around a faulting one with it, and what it costs where they are not wanted. */
public final class AroundBench implements Bench {
    private record Way(String name, boolean random, int every, int part) {}

    private static final Way[] WAYS = {
        new Way("each page, upwards", false, 1, 1),
        new Way("every third page, upwards", false, 3, 3),
        new Way("every eighth page, upwards", false, 8, 8),
        new Way("each page, in any order", true, 1, 1),
        new Way("a tenth of the pages, in any order", true, 1, 10)
    };

    private static final class Result {
        final Samples perSecond = new Samples();
        final Samples faults = new Samples();

        void add(Run run) {
            perSecond.add(run.perSecond());
            faults.add((double) run.faults());
        }
    }

    private final Map<Way, Map<Handler, Result>> results = new LinkedHashMap<>();

    /** Has measured nothing yet. */
    public AroundBench() {}

    @Override
    public Section run(Settings settings) throws IOException {
        int pages = settings.choose(1 << 15, 1 << 10);
        try (CPrograms programs = new CPrograms();
                FaultLab lab = new FaultLab(programs, Placement.ONE_PROCESSOR, pages, PageSize.SIZE_4K, 1)) {
            for (int run = -settings.warmUpRuns(); run < settings.runs(); run++) {
                for (Way way : WAYS) {
                    inTurns(lab, way, pages, run);
                }
            }
        }
        return new Section("Fault-around: the engine beside C, page by page", INTRODUCTION, table());
    }

    private void inTurns(FaultLab lab, Way way, int pages, int run) throws IOException {
        Touching touching = new Touching(1, way.random, way.every, pages / way.part);
        for (Handler by : Handler.values()) {
            Run measured = lab.run(by, "poll", touching, 1, run);
            if (run >= 0) {
                results.computeIfAbsent(way, _ -> new EnumMap<>(Handler.class))
                        .computeIfAbsent(by, _ -> new Result())
                        .add(measured);
            }
        }
    }

    private String table() {
        MarkdownTable table = new MarkdownTable(
                "touched",
                "C faults",
                "engine faults",
                "C / engine, faults",
                "C pages/s",
                "engine pages/s",
                "engine / C, pages/s");
        results.forEach((way, by) -> {
            Result c = java.util.Objects.requireNonNull(by.get(Handler.C));
            Result engine = java.util.Objects.requireNonNull(by.get(Handler.ENGINE));
            table.row(
                    way.name,
                    c.faults.cell(0),
                    engine.faults.cell(0),
                    String.format(Locale.ROOT, "%.1f", c.faults.ratioTo(engine.faults)),
                    c.perSecond.cell(0),
                    engine.perSecond.cell(0),
                    String.format(Locale.ROOT, "%.2f", engine.perSecond.ratioTo(c.perSecond)));
        });
        return table.toString();
    }

    private static final String INTRODUCTION = """
                ./dev bench around runs=RUNS

            As above: one thread touches pages of 4 KiB of which all 32,768 are there and none is mapped. The program in C maps the page
            that was touched; the engine also maps current pages around it, the more of them the more of that surrounding is mapped
            already. Both sleep until there is a fault, on the processor of the thread that touches. In turns, RUNS runs: medians (smallest-largest).

            MACHINE.

            """;
}
