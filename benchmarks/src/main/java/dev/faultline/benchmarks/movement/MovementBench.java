package dev.faultline.benchmarks.movement;

import dev.faultline.benchmarks.program.CPrograms;
import dev.faultline.benchmarks.program.Route;
import dev.faultline.benchmarks.report.MarkdownTable;
import dev.faultline.benchmarks.report.Samples;
import dev.faultline.benchmarks.report.Section;
import dev.faultline.benchmarks.run.Bench;
import dev.faultline.benchmarks.run.Settings;
import dev.faultline.qemu.lab.net.Namespaces;
import dev.faultline.testing.HugePageReservation;
import dev.faultline.uffd.memory.PageSize;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/** How fast bulk pages move, by the engines and by two programs in C that only move the bytes; and what it takes of the heap. */
public final class MovementBench implements Bench {
    private static final int[] CONNECTIONS = {1, 2, 4};
    /** Source and destination, in C and of engines. */
    private static final int MEMORIES = 4;

    private record Way(PageSize pageSize, int mebibytes, String network, int connections) {}

    private static final class Result {
        final Samples c = new Samples();
        final Samples round = new Samples();
        final Samples push = new Samples();
    }

    private record Allocated(Samples sent, Samples received) {}

    private final Map<Way, Result> results = new LinkedHashMap<>();
    private final Map<PageSize, Allocated> allocated = new LinkedHashMap<>();

    /** Has measured nothing yet. */
    public MovementBench() {}

    @Override
    public Section run(Settings settings) throws IOException {
        try (CPrograms programs = new CPrograms()) {
            measure(programs, settings, PageSize.SIZE_4K, settings.choose(256, 8), settings.choose(1024, 16));
            int mostMebibytes = settings.choose(512, 8);
            try (HugePageReservation _ = HugePageReservation.add(MEMORIES * mostMebibytes / 2)) {
                measure(programs, settings, PageSize.SIZE_2M, settings.choose(128, 4), mostMebibytes);
            }
        }
        return new Section(
                "Bulk pages: the engines beside C", INTRODUCTION, speeds() + "\n" + ALLOCATIONS + allocations());
    }

    private void measure(CPrograms programs, Settings settings, PageSize pageSize, int... sizesMebibytes)
            throws IOException {
        for (int mebibytes : sizesMebibytes) {
            inTurns(programs, settings, Route.LOOPBACK, pageSize, mebibytes);
            if (!settings.isSample()) {
                try (Namespaces network = Namespaces.create(2)) {
                    inTurns(programs, settings, Route.between("veth", network), pageSize, mebibytes);
                }
            }
            allocated.put(pageSize, allocations(settings, pageSize, mebibytes));
        }
    }

    private void inTurns(CPrograms programs, Settings settings, Route route, PageSize pageSize, int mebibytes)
            throws IOException {
        long lengthBytes = (long) mebibytes << 20;
        try (MoverPair c = MoverPair.inC(programs, route, lengthBytes, pageSize);
                MoverPair engines = MoverPair.ofEngines(route, lengthBytes, pageSize)) {
            for (int run = -settings.warmUpRuns(); run < settings.runs(); run++) {
                for (int connections : CONNECTIONS) {
                    Way way = new Way(pageSize, mebibytes, route.name(), connections);
                    Result result = run < 0 ? new Result() : results.computeIfAbsent(way, _ -> new Result());
                    result.c.add(c.move(connections, "").gigabytesPerSecond());
                    result.round.add(engines.move(connections, "PRECOPY").gigabytesPerSecond());
                    result.push.add(engines.move(connections, "POSTCOPY").gigabytesPerSecond());
                }
            }
        }
    }

    /** What a move of twice as many pages takes more, so that what every move takes once does not count. */
    private static Allocated allocations(Settings settings, PageSize pageSize, int mebibytes) throws IOException {
        Allocated allocated = new Allocated(new Samples(), new Samples());
        long lengthBytes = (long) mebibytes << 20;
        double morePages = lengthBytes / 2.0 / pageSize.bytes();
        try (MoverPair whole = MoverPair.ofEngines(Route.LOOPBACK, lengthBytes, pageSize);
                MoverPair half = MoverPair.ofEngines(Route.LOOPBACK, lengthBytes / 2, pageSize)) {
            for (int run = -settings.warmUpRuns(); run < settings.runs(); run++) {
                MoverPair.Move more = whole.move(1, "POSTCOPY");
                MoverPair.Move less = half.move(1, "POSTCOPY");
                if (run >= 0) {
                    allocated.sent.add((more.sentAllocatedBytes() - less.sentAllocatedBytes()) / morePages);
                    allocated.received.add((more.receivedAllocatedBytes() - less.receivedAllocatedBytes()) / morePages);
                }
            }
        }
        return allocated;
    }

    private String speeds() {
        MarkdownTable table = new MarkdownTable(
                "pages",
                "moved",
                "network",
                "connections",
                "C GB/s",
                "engine, round, GB/s",
                "round / C",
                "engine, post-copy, GB/s",
                "post-copy / C");
        results.forEach((way, result) -> table.row(
                way.pageSize.label(),
                way.mebibytes + " MiB",
                way.network,
                Integer.toString(way.connections),
                result.c.cell(2),
                result.round.cell(2),
                String.format(Locale.ROOT, "%.2f", result.round.ratioTo(result.c)),
                result.push.cell(2),
                String.format(Locale.ROOT, "%.2f", result.push.ratioTo(result.c))));
        return table.toString();
    }

    private String allocations() {
        MarkdownTable table = new MarkdownTable("pages", "bytes per page sent", "bytes per page received");
        allocated.forEach((pageSize, bytes) -> table.row(pageSize.label(), bytes.sent.cell(2), bytes.received.cell(2)));
        return table.toString();
    }

    private static final String INTRODUCTION = """
                ./dev bench movement runs=RUNS

            Random content of a memory file, moved into an empty one by TCP between two processes. In C
            (`benchmarks/src/main/c/mover.c`): writev from a mapping of one in pieces of 256 KiB (a huge page), read into one of the
            other, from connecting until the last byte is acknowledged. The engines: *round*, the one round of pre-copy that sends all
            of it; *post-copy*, a whole move that pushes all of it, connections, hand-over and last acknowledgement included. On veth a
            network namespace for each side. What a move takes once, whatever it moves, is in the smaller of the two sizes more than in the
            larger. In turns, RUNS runs: medians (smallest-largest).

            MACHINE.

            """;

    private static final String ALLOCATIONS = """
            What all threads of an engine take of the heap in post-copy, for each page that a move has more than one of half as many.

            """;
}
