package dev.faultline.benchmarks.collection;

import dev.faultline.benchmarks.program.CPrograms;
import dev.faultline.benchmarks.program.Child;
import dev.faultline.benchmarks.report.MarkdownTable;
import dev.faultline.benchmarks.report.Samples;
import dev.faultline.benchmarks.report.Section;
import dev.faultline.benchmarks.run.Bench;
import dev.faultline.benchmarks.run.Settings;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** What collections of an engine's heap do to the faults that it serves. */
public final class CollectionBench implements Bench {
    private static final long PAGE_BYTES = 4096;

    /** Around none of them is anything mapped ahead. */
    private static final int EVERY = 5;

    /** About ten collections a second of the young generation that engines have. */
    private static final int GARBAGE_BYTES_PER_MILLI = 64 << 10;

    private static final int TOUCHES = 40_000;
    /** Nothing is collected in all runs together. */
    private static final List<String> ROOM = List.of("-Xmx4g", "-Xms4g", "-Xmn3g");

    private static final long SEED = 11;
    private static final double MICROS = 1000;
    private static final double NANOS_PER_SECOND = 1e9;

    private enum Way {
        QUIET("none", 0, false),
        LARGE("64 MiB/s, a heap with room for all of it", GARBAGE_BYTES_PER_MILLI, true),
        COLLECTED("64 MiB/s, the heap that engines have", GARBAGE_BYTES_PER_MILLI, false);

        private final String label;
        private final int bytesPerMilli;
        private final boolean hasRoom;

        Way(String label, int bytesPerMilli, boolean hasRoom) {
            this.label = label;
            this.bytesPerMilli = bytesPerMilli;
            this.hasRoom = hasRoom;
        }
    }

    private static final class Result {
        final Samples perSecond = new Samples();
        final Samples middle = new Samples();
        final Samples late = new Samples();
        final Samples later = new Samples();
        final Samples longest = new Samples();
        final Samples collections = new Samples();
        final Samples longestPause = new Samples();

        /** What the toucher said: how long all took, and the quantiles, of which the first is the shortest. */
        void add(long[] touched, int touches, List<PauseLog.Pause> pauses) {
            perSecond.add(touches * NANOS_PER_SECOND / touched[0]);
            middle.add(touched[1 + 500] / MICROS);
            late.add(touched[1 + 990] / MICROS);
            later.add(touched[1 + 999] / MICROS);
            longest.add(touched[1 + 1000] / MICROS);
            collections.add(pauses.size());
            longestPause.add(PauseLog.longestNanos(pauses) / MICROS);
        }
    }

    private record Handler(Child process, Path log) {}

    private final Map<Way, Result> results = new EnumMap<>(Way.class);

    /** Has measured nothing yet. */
    public CollectionBench() {}

    @Override
    public Section run(Settings settings) throws IOException {
        int touches = settings.choose(TOUCHES, 2000);
        String length = Long.toString(PAGE_BYTES * EVERY * touches);
        Map<Way, Handler> handlers = new EnumMap<>(Way.class);
        try (CPrograms programs = new CPrograms()) {
            String socket = programs.scratch("touched").toString();
            try (Child toucher = programs.start(
                    List.of("taskset", "-c", "0"), "toucher", socket, length, Long.toString(PAGE_BYTES), "minor")) {
                toucher.answer();
                for (Way way : Way.values()) {
                    handlers.put(way, handler(programs, way, socket, length));
                }
                toucher.ask("fill " + EVERY);
                for (int run = -settings.warmUpRuns(); run < settings.runs(); run++) {
                    for (Way way : Way.values()) { // in turns
                        touch(toucher, way, Objects.requireNonNull(handlers.get(way)), touches, run);
                    }
                }
            } finally {
                handlers.values().forEach(handler -> handler.process.close());
            }
        }
        return new Section("Collections: faults while an engine's heap is collected", INTRODUCTION, table());
    }

    private static Handler handler(CPrograms programs, Way way, String socket, String length) throws IOException {
        Path log = programs.scratch(way.name() + ".log");
        List<String> options = new ArrayList<>(way.hasRoom ? ROOM : List.of());
        options.add(PauseLog.option(log));
        Child process = Child.java(
                List.of("taskset", "-c", "1"), options, GarbageMain.class, socket, length, Integer.toString(EVERY));
        process.answer();
        return new Handler(process, log);
    }

    private void touch(Child toucher, Way way, Handler handler, int touches, int run) throws IOException {
        toucher.ask("zap");
        handler.process.ask(Integer.toString(way.bytesPerMilli));
        long beginNanos = System.nanoTime();
        long[] touched = Child.numbers(toucher.ask("touch 1 random " + EVERY + " " + touches + " " + (run + SEED)));
        long endNanos = System.nanoTime();
        long faults = Child.numbers(handler.process.ask("end"))[0];
        if (faults != touches) {
            throw new IOException(touches + " touches, but " + faults + " faults: " + way);
        }
        List<PauseLog.Pause> collections = PauseLog.read(handler.log).collections(beginNanos, endNanos);
        if (run >= 0) {
            results.computeIfAbsent(way, _ -> new Result()).add(touched, touches, collections);
        }
    }

    private String table() {
        MarkdownTable table = new MarkdownTable(
                "garbage",
                "faults/s",
                "p50 us",
                "p99 us",
                "p99.9 us",
                "longest us",
                "collections",
                "longest of them us");
        results.forEach((way, result) -> table.row(
                way.label,
                result.perSecond.cell(0),
                result.middle.cell(1),
                result.late.cell(1),
                result.later.cell(0),
                result.longest.cell(0),
                result.collections.cell(0),
                result.longestPause.cell(0)));
        return table.toString();
    }

    private static final String INTRODUCTION = """
                ./dev bench collections runs=RUNS

            Faults of one thread, 40,000 in each run, served by the engine with a processor for each side, as in *Minor faults*; while
            another thread of the engine's process makes garbage, far more than an engine does, so that there are collections
            to look at. With a heap that takes all of it there are none; with the heap that engines have (a young generation of
            8 MiB) there is one for each 6 MiB or so. A collection is from the order to stop to the last thread going on, as the JVM logs it.
            In turns, RUNS runs: medians (smallest-largest).

            MACHINE.

            """;
}
