package dev.faultline.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faultline.benchmarks.collection.PauseLog;
import dev.faultline.benchmarks.collection.PauseLog.Pause;
import dev.faultline.benchmarks.report.Benchmarks;
import dev.faultline.benchmarks.report.MarkdownTable;
import dev.faultline.benchmarks.report.Samples;
import dev.faultline.cli.json.Events;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/**
 * How often the engines' heaps are collected in whole moves, and for how long: {@code ./dev bench cost runs=3} writes the
 * table; the short form shows that both engines tell.
 */
class CostBenchIT {
    private static final double NANOS_PER_MILLI = 1e6;
    private static final long PAGES_PER_MIB = 256;
    private static final int USUAL_RUNS = 3;

    private final Soak soak = new Soak("bench-cost");

    @TempDir
    private Path directory;

    private record Case(String mode, String engine) {}

    private static final class Cell {
        final Samples collections = new Samples();
        final Samples askedFor = new Samples();
        final Samples longest = new Samples();
        final Samples together = new Samples();
        final Samples inTheMove = new Samples();
        final Samples longestInTheMove = new Samples();
        final Samples longestFault = new Samples();

        /** Of an engine's whole life; the move is the part of it in which the source's engine was there too. */
        void add(PauseLog log, long beginNanos, long endNanos) {
            List<Pause> all = log.collections(Long.MIN_VALUE / 2, Long.MAX_VALUE / 2);
            List<Pause> unasked = log.collections(beginNanos, endNanos).stream()
                    .filter(pause -> !pause.isAskedFor())
                    .toList();
            collections.add(all.size());
            askedFor.add((double) all.stream().filter(Pause::isAskedFor).count());
            longest.add(PauseLog.longestNanos(all) / NANOS_PER_MILLI);
            together.add(all.stream().mapToLong(Pause::lengthNanos).sum() / NANOS_PER_MILLI);
            inTheMove.add(unasked.size());
            longestInTheMove.add(PauseLog.longestNanos(unasked) / NANOS_PER_MILLI);
        }
    }

    @Test
    void howOftenTheHeapsAreCollected() throws IOException {
        int memoryMib = soak.isRequested() ? 1024 : 256;
        int runs = soak.isRequested() ? soak.number("runs", USUAL_RUNS) : 1;
        Map<Case, Cell> cells = new LinkedHashMap<>();
        for (int run = 0; run < runs; run++) {
            for (String mode : soak.isRequested() ? List.of("hybrid", "postcopy") : List.of("postcopy")) {
                move(mode, memoryMib, cells);
            }
        }
        // Each collects at least once: else the log was not understood.
        assertThat(cells.values())
                .hasSizeGreaterThanOrEqualTo(2)
                .allSatisfy(cell -> assertThat(cell.collections.median()).isPositive());
        if (soak.isRequested()) {
            Benchmarks.write(
                    TITLE,
                    INTRODUCTION.replace("RUNS", Integer.toString(runs)).replace("MACHINE", Benchmarks.machine())
                            + table(cells));
        }
    }

    private void move(String mode, int memoryMib, Map<Case, Cell> cells) throws IOException {
        Path sent = Files.createTempFile(directory, mode, "-source");
        Path received = Files.createTempFile(directory, mode, "-destination");
        int coldMib = memoryMib / 2; // of which a guest fills a power of two of pages
        String[] options = {
            "--memory", memoryMib + "M", "--working-set", memoryMib / 4 + "M", "--cold-set", coldMib + "M"
        };
        try (Hosts hosts = new Hosts()) {
            Faultline _ = hosts.startGuest(options);
            Faultline _ = hosts.startWaitingGuest(options);
            Hosts.await(hosts.sourceName(), guest -> guest.statistics().coldTouches() >= coldMib * PAGES_PER_MIB);
            try (Faultline receive =
                            engine(received, "receive", "--guest", hosts.destinationName(), "--listen", "127.0.0.1:0");
                    Faultline migrate = engine(
                            sent,
                            "migrate",
                            "--guest",
                            hosts.sourceName(),
                            "--to",
                            "127.0.0.1:" + receive.awaitEvent(Events.LISTENING).path("port"),
                            "--mode",
                            mode)) {
                migrate.awaitEvent(Events.CONTROL);
                long beginNanos = System.nanoTime();
                assertThat(migrate.await()).as(migrate.toString()).isZero();
                assertThat(receive.await()).as(receive.toString()).isZero();
                Hosts.awaitAlive(hosts.destinationName());
                JsonNode report = migrate.awaitEvent(Events.DONE);
                long endNanos = beginNanos + report.path("totalNanos").asLong();
                add(cells, new Case(mode, "source"), sent, beginNanos, endNanos, OptionalDouble.empty());
                add(
                        cells,
                        new Case(mode, "destination"),
                        received,
                        beginNanos,
                        endNanos,
                        OptionalDouble.of(longestFaultMillis(receive.awaitEvent(Events.DONE))));
            }
        }
    }

    private static Faultline engine(Path log, String... arguments) {
        String[] all = Stream.concat(Stream.of(arguments), Stream.of("--json", "--reconnect-for", "0"))
                .toArray(String[]::new);
        return Faultline.start(Path.of("target"), Map.of("FAULTLINE_JAVA_OPTS", PauseLog.option(log)), all);
    }

    private static double longestFaultMillis(JsonNode report) {
        long longest = 0;
        for (JsonNode kind : report.path("faults")) {
            longest = Math.max(longest, kind.path("maxNanos").asLong());
        }
        return longest / NANOS_PER_MILLI;
    }

    private static void add(
            Map<Case, Cell> cells, Case of, Path log, long beginNanos, long endNanos, OptionalDouble fault)
            throws IOException {
        Cell cell = cells.computeIfAbsent(of, _ -> new Cell());
        cell.add(PauseLog.read(log), beginNanos, endNanos);
        fault.ifPresent(cell.longestFault::add);
    }

    private static String table(Map<Case, Cell> cells) {
        MarkdownTable table = new MarkdownTable(
                "mode",
                "engine",
                "collections",
                "of them asked for",
                "longest ms",
                "all of them ms",
                "in the move, not asked for",
                "longest of those ms",
                "longest fault ms");
        cells.forEach((of, cell) -> table.row(
                of.mode(),
                of.engine(),
                cell.collections.cell(0),
                cell.askedFor.cell(0),
                cell.longest.cell(2),
                cell.together.cell(2),
                cell.inTheMove.cell(0),
                cell.longestInTheMove.cell(2),
                cell.longestFault.size() == 0 ? "-" : cell.longestFault.cell(1)));
        return table.toString();
    }

    private static final String TITLE = "Engine cost: collections in whole moves";

    private static final String INTRODUCTION = """
                ./dev bench cost runs=RUNS

            Micro-VMs of 1 GiB with content in 3/4 of it, of which they rewrite a third without pause, moved between two processes on one host
            over loopback TCP: RUNS runs of each mode in turns, medians (smallest-largest). Engines run with the options that they always
            have (a young generation of 8 MiB, one collector thread), and log when their threads were stopped: for how long, from the
            order to the last thread going on, over the engine's whole life. *Asked for*: by the engine itself, after its rehearsal,
            which it makes while the guest runs at the source. *In the move*: after the JVM's start, until the source can be released.
            *Longest fault*: from reading the event to the answer.

            MACHINE.

            """;
}
