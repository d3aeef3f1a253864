package dev.faultline.benchmarks.scan;

import dev.faultline.benchmarks.program.CPrograms;
import dev.faultline.benchmarks.program.Child;
import dev.faultline.benchmarks.program.ToucherGuest;
import dev.faultline.benchmarks.report.MarkdownTable;
import dev.faultline.benchmarks.report.Samples;
import dev.faultline.benchmarks.report.Section;
import dev.faultline.benchmarks.run.Bench;
import dev.faultline.benchmarks.run.Settings;
import dev.faultline.migration.source.ScannedGuest;
import dev.faultline.uffd.memory.PageSize;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** What it takes to find the written pages, by the engine and by a loop in C. */
public final class ScanBench implements Bench {
    private static final long PAGE_BYTES = PageSize.SIZE_4K.bytes();
    private static final double NANOS_PER_MILLI = 1e6;
    /** Short calls, of which a few runs are too few for the compiler. */
    private static final int WARM_UP_SCANS = 100;
    /** Every how many pages one is written; 0: none. */
    private static final int[] DIRTY_EVERY = {0, 100, 10, 1};

    private record Way(long mebibytes, int dirtyEvery) {
        long expectedPages() {
            long pages = (mebibytes << 20) / PAGE_BYTES;
            return dirtyEvery == 0 ? 0 : Math.ceilDiv(pages, dirtyEvery);
        }

        String dirty() {
            return (dirtyEvery == 0 ? 0 : 100 / dirtyEvery) + " %";
        }
    }

    private static final class Result {
        final Samples c = new Samples();
        final Samples one = new Samples();
        final Samples two = new Samples();
    }

    private final Map<Way, Result> results = new LinkedHashMap<>();

    /** Has measured nothing yet. */
    public ScanBench() {}

    @Override
    public Section run(Settings settings) throws IOException {
        try (CPrograms programs = new CPrograms()) {
            measure(programs, settings, settings.choose(1 << 10, 16));
            measure(programs, settings, settings.choose(4 << 10, 32));
        }
        return new Section("Finding written pages: the engine beside C", INTRODUCTION, table());
    }

    private void measure(CPrograms programs, Settings settings, int mebibytes) throws IOException {
        long lengthBytes = (long) mebibytes << 20;
        String socket = programs.scratch("tracked-" + mebibytes).toString();
        String length = Long.toString(lengthBytes);
        String pageBytes = Long.toString(PAGE_BYTES);
        try (Child toucher = programs.start(List.of(), "toucher", socket, length, pageBytes, "track")) {
            toucher.answer();
            toucher.ask("fill 1");
            toucher.ask("dirty 1");
            try (ToucherGuest guest = ToucherGuest.attach(socket, lengthBytes, PageSize.SIZE_4K)) {
                String address = Long.toString(guest.regions().getFirst().guestAddress());
                String process = Long.toString(guest.processId());
                try (Child scanner = programs.start(List.of(), "scanner", process, address, length, pageBytes)) {
                    scanner.answer();
                    inTurns(settings, mebibytes, toucher, scanner, guest);
                }
            }
        }
    }

    private void inTurns(Settings settings, int mebibytes, Child toucher, Child scanner, ToucherGuest guest)
            throws IOException {
        ScannedGuest one = new ScannedGuest(guest, 1);
        ScannedGuest two = new ScannedGuest(guest, 2);
        one.scan(); // all was written, to be mapped
        for (int i = 0; i < settings.choose(WARM_UP_SCANS, 1); i++) {
            toucher.ask("dirty 10");
            (i % 2 == 0 ? one : two).scan();
        }
        one.scan();
        for (int run = -settings.warmUpRuns(); run < settings.runs(); run++) {
            for (int dirtyEvery : DIRTY_EVERY) {
                Way way = new Way(mebibytes, dirtyEvery);
                Result result = run < 0 ? new Result() : results.computeIfAbsent(way, _ -> new Result());
                dirty(toucher, way);
                long[] found = Child.numbers(scanner.ask("scan"));
                result.c.add(millisPerGibibyte(way, found[0], found[1]));
                result.one.add(scan(toucher, way, one));
                result.two.add(scan(toucher, way, two));
            }
        }
    }

    private static void dirty(Child toucher, Way way) throws IOException {
        if (way.dirtyEvery > 0) {
            toucher.ask("dirty " + way.dirtyEvery);
        }
    }

    private static double scan(Child toucher, Way way, ScannedGuest guest) throws IOException {
        dirty(toucher, way);
        ScannedGuest.Scan scan = guest.scan();
        return millisPerGibibyte(way, scan.nanos(), scan.pages());
    }

    private static double millisPerGibibyte(Way way, long nanos, long pages) throws IOException {
        if (pages != way.expectedPages()) {
            throw new IOException(way.expectedPages() + " pages were written, and " + pages + " were found");
        }
        return nanos / NANOS_PER_MILLI * 1024 / way.mebibytes;
    }

    private String table() {
        MarkdownTable table = new MarkdownTable(
                "memory",
                "written",
                "C ms/GiB",
                "engine, one thread, ms/GiB",
                "engine / C",
                "engine, two threads, ms/GiB",
                "two / one");
        results.forEach((way, result) -> table.row(
                way.mebibytes >= 1024 ? (way.mebibytes >> 10) + " GiB" : way.mebibytes + " MiB",
                way.dirty(),
                result.c.cell(2),
                result.one.cell(2),
                String.format(Locale.ROOT, "%.2f", result.one.ratioTo(result.c)),
                result.two.cell(2),
                String.format(Locale.ROOT, "%.2f", result.two.ratioTo(result.one))));
        return table.toString();
    }

    private static final String INTRODUCTION = """
                ./dev bench scan runs=RUNS

            One PAGEMAP_SCAN pass over the memory of another process, in pages of 4 KiB, of which every hundredth, every tenth or each was
            written since the pass before: it finds them, protects them again and notes them in a bitmap. By a loop in C
            (`benchmarks/src/main/c/scanner.c`), and as a round of the engine does, with one thread and with two. In turns, RUNS runs:
            medians (smallest-largest).

            MACHINE.

            """;
}
