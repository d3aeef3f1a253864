package dev.faultline.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faultline.benchmarks.report.Benchmarks;
import dev.faultline.benchmarks.report.MarkdownTable;
import dev.faultline.benchmarks.report.Plot;
import dev.faultline.benchmarks.report.Samples;
import dev.faultline.cli.json.Events;
import dev.faultline.guest.kvm.control.GuestReport;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/**
 * What a move takes by the guest's size: {@code ./dev bench growth runs=2} writes the table and the plot; the short form
 * shows that guests of two sizes and with two processors are moved.
 */
class GrowthBenchIT {
    private static final long MEBIBYTE = 1 << 20;
    private static final int GIBIBYTE_MIB = 1024;
    private static final int WORKING_SET_MIB = 48; // which three vCPUs can share as two can
    private static final int SYSTEM_MIB = 16;
    private static final long PAGE_BYTES = 4096;
    private static final double NANOS_PER_MILLI = 1e6;
    private static final int USUAL_RUNS = 2;

    /** For engines, page cache and everything else, beside both guests. */
    private static final long SPARE_MIB = 2048;

    private final Soak soak = new Soak("bench-growth");

    @TempDir
    private Path directory;

    /**
     * A guest that has content in almost all of its memory: each vCPU fills a power of two of pages, and rewrites its
     * part of the working set.
     */
    private record Size(int filledMib, int vcpus) {
        int memoryMib() {
            return filledMib + WORKING_SET_MIB + SYSTEM_MIB;
        }

        int contentMib() {
            return filledMib + WORKING_SET_MIB;
        }

        double contentGib() {
            return (double) contentMib() / GIBIBYTE_MIB;
        }

        boolean isOf(int gibibytes) {
            return Math.ceilDiv(filledMib, GIBIBYTE_MIB) == gibibytes;
        }

        boolean isFilled(GuestReport guest) {
            long pagesOfEach = filledMib * MEBIBYTE / PAGE_BYTES / vcpus;
            return guest.statistics().vcpus().stream().allMatch(vcpu -> vcpu.coldTouches() >= pagesOfEach);
        }
    }

    private static final class Cell {
        final Samples total = new Samples();
        final Samples perGibibyte = new Samples();
        final Samples downtime = new Samples();
        final Samples sent = new Samples();
        final Samples missing = new Samples();
    }

    @Test
    void whatAMoveTakesByTheGuestsSize() throws IOException {
        List<Size> sizes = soak.isRequested()
                ? List.of(
                        new Size(1024, 1),
                        new Size(2048, 1),
                        new Size(4096, 1),
                        new Size(8192, 1),
                        new Size(1024, 2),
                        new Size(768, 3),
                        new Size(1024, 4))
                : List.of(new Size(128, 1), new Size(256, 2));
        int runs = soak.isRequested() ? soak.number("runs", USUAL_RUNS) : 1;
        int onlyGib = soak.number("gib", 0);
        List<Size> possible = sizes.stream()
                .filter(size -> (onlyGib == 0 || size.isOf(onlyGib)) && hasRoom(size))
                .toList();
        Map<Size, Cell> cells = new LinkedHashMap<>();
        for (int run = 0; run < runs; run++) {
            for (Size size : possible) { // in turns, so that all see the same machine
                move(size, cells.computeIfAbsent(size, _ -> new Cell()));
            }
        }
        assertThat(cells.values())
                .isNotEmpty()
                .allSatisfy(cell -> assertThat(cell.total.size()).isEqualTo(runs));
        Plot plot = plot(cells);
        if (soak.isRequested()) {
            plot.write(Benchmarks.docs().resolve("benchmarks"));
            Benchmarks.write(TITLE, text(runs, cells, sizes.size() - possible.size()) + link(plot));
        } else {
            assertThat(plot.write(directory)).isNotEmptyFile();
            assertThat(table(cells)).contains("| 0.17 | 1 |", "| 0.30 | 2 |");
        }
    }

    private static boolean hasRoom(Size size) {
        try {
            long availableMib = Files.readAllLines(Path.of("/proc/meminfo")).stream()
                    .filter(line -> line.startsWith("MemAvailable:"))
                    .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")) >> 10)
                    .findFirst()
                    .orElseThrow();
            return availableMib >= 2L * size.memoryMib() + SPARE_MIB;
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void move(Size size, Cell cell) {
        String[] options = {
            "--memory", size.memoryMib() + "M",
            "--vcpus", Integer.toString(size.vcpus()),
            "--working-set", WORKING_SET_MIB + "M",
            "--cold-set", size.filledMib() + "M",
            "--write-rate", "100000"
        };
        try (Hosts hosts = new Hosts()) {
            Faultline _ = hosts.startGuest(options);
            Faultline _ = hosts.startWaitingGuest(options);
            Hosts.await(hosts.sourceName(), size::isFilled);
            Faultline receive = hosts.startReceive();
            Faultline migrate = hosts.startMigrate(receive, "--mode", "hybrid");
            assertThat(migrate.await()).as(migrate.toString()).isZero();
            assertThat(receive.await()).as(receive.toString()).isZero();
            Hosts.awaitAlive(hosts.destinationName());
            add(cell, size, migrate.awaitEvent(Events.DONE));
        }
    }

    private static void add(Cell cell, Size size, JsonNode report) {
        double sentMib = report.path("sentBytes").asLong() / (double) MEBIBYTE;
        // Else pages were holes, and a total by size would mean nothing.
        assertThat(sentMib).as("%s", report).isGreaterThanOrEqualTo(size.contentMib());
        double totalMillis = report.path("totalNanos").asLong() / NANOS_PER_MILLI;
        cell.total.add(totalMillis);
        cell.perGibibyte.add(totalMillis / size.contentGib());
        cell.downtime.add(report.path("downtimeNanos").asLong() / NANOS_PER_MILLI);
        cell.sent.add(sentMib);
        cell.missing.add(report.path("dirtyPages").asDouble());
    }

    private static String text(int runs, Map<Size, Cell> cells, int leftOut) throws IOException {
        List<Cell> byMemory = cells.entrySet().stream()
                .filter(entry -> entry.getKey().vcpus() == 1)
                .map(Map.Entry::getValue)
                .toList();
        String ratio = String.format(
                Locale.ROOT,
                "%nTotal per GiB of the largest as a part of that of the smallest: %.2f, of a wanted 1.1 at most;"
                        + " downtime: %.2f.%n",
                byMemory.getLast().perGibibyte.ratioTo(byMemory.getFirst().perGibibyte),
                byMemory.getLast().downtime.ratioTo(byMemory.getFirst().downtime));
        String missing = leftOut == 0
                ? ""
                : "\nThis machine had not enough memory for " + leftOut
                        + " of the sizes, or they were not asked for.\n";
        return INTRODUCTION
                        .replace("RUNS", Integer.toString(runs))
                        .replace("WORKING", Integer.toString(WORKING_SET_MIB))
                        .replace("MACHINE", Benchmarks.machine())
                + table(cells)
                + ratio
                + missing;
    }

    private static String table(Map<Size, Cell> cells) {
        MarkdownTable table = new MarkdownTable(
                "content GiB",
                "vCPUs",
                "total ms",
                "total ms per GiB",
                "downtime ms",
                "sent MiB",
                "pages missing at the hand-over");
        cells.forEach((size, cell) -> table.row(
                String.format(Locale.ROOT, "%.2f", size.contentGib()),
                Integer.toString(size.vcpus()),
                cell.total.cell(0),
                cell.perGibibyte.cell(0),
                cell.downtime.cell(1),
                cell.sent.cell(0),
                cell.missing.cell(0)));
        return table.toString();
    }

    private static String link(Plot plot) {
        return "\n![" + plot.title() + "](benchmarks/" + plot.name() + ".svg)\n";
    }

    private static Plot plot(Map<Size, Cell> cells) {
        List<Double> gibibytes = new ArrayList<>();
        List<Double> perGibibyte = new ArrayList<>();
        List<Double> downtime = new ArrayList<>();
        cells.forEach((size, cell) -> {
            if (size.vcpus() == 1) {
                gibibytes.add(size.contentGib());
                perGibibyte.add(cell.perGibibyte.median());
                downtime.add(cell.downtime.median());
            }
        });
        return new Plot(
                "growth",
                "A move by the guest's memory, one vCPU: medians",
                "GiB of content",
                "milliseconds",
                false,
                List.of(
                        new Plot.Line("total, per GiB", gibibytes, perGibibyte),
                        new Plot.Line("downtime", gibibytes, downtime)));
    }

    private static final String TITLE = "Growth: guests of 1 to 8 GiB, with 1 to 4 vCPUs";

    private static final String INTRODUCTION = """
                ./dev bench growth runs=RUNS

            Micro-VMs that have content in almost all of their memory, and touch 100,000 pages a second: of 17 pages 16 are of a working set
            of WORKING MiB, which is rewritten, and one is of the rest, of which half is. Moved in hybrid mode between two processes on
            one host, over loopback TCP, in turns: RUNS runs of each, medians (smallest-largest). No wrong page was found. *Total* is from
            the engine's start (its JVM's start left out) until the source can be released.

            MACHINE.

            """;
}
