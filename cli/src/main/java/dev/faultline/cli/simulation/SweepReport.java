package dev.faultline.cli.simulation;

import dev.faultline.cli.text.Numbers;
import dev.faultline.migration.MigrationMode;
import dev.faultline.simulation.sweep.PageKind;
import dev.faultline.simulation.sweep.SweepPoint;
import dev.faultline.simulation.sweep.SweepResult;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** A sweep over guests and links, and its tables. */
final class SweepReport {
    private static final long GIB = 1L << 30;
    private static final long MICRO = 1_000;
    private static final int UNITS = 2_048;
    private static final int CONNECTIONS = 4;
    private static final List<Long> RAM = List.of(GIB, 16 * GIB, 256 * GIB, 1024 * GIB);
    private static final List<Integer> DIRTY_PERCENT = List.of(0, 25, 90, 200);
    private static final List<Integer> GIGABITS = List.of(1, 10, 100);
    private static final List<Long> LATENCIES = List.of(50 * MICRO, 1_000 * MICRO, 20_000 * MICRO);
    private static final int GROWTH_GIGABITS = 10;
    private static final int GROWTH_DIRTY = 25;
    private static final long GROWTH_LATENCY = 1_000 * MICRO;

    private final SweepRuns runs = new SweepRuns();

    private SweepReport() {}

    static SweepReport run(int jobs) throws InterruptedException {
        SweepReport report = new SweepReport();
        List<SweepPoint> points = new ArrayList<>();
        for (MigrationMode mode : MigrationMode.values()) {
            for (long ram : RAM) {
                for (int gigabits : GIGABITS) {
                    for (long latency : LATENCIES) {
                        DIRTY_PERCENT.forEach(dirty -> points.add(grid(mode, ram, dirty, gigabits, latency)));
                        points.add(alone(grid(mode, ram, GROWTH_DIRTY, gigabits, latency)));
                    }
                }
                points.add(growth(mode, ram, PageKind.HUGE));
            }
            points.addAll(wholes(mode));
            wholes(mode).forEach(whole -> points.add(scaled(whole)));
        }
        report.runs.run(points.stream().distinct().toList(), jobs);
        return report;
    }

    private static SweepPoint grid(
            MigrationMode mode, long ramBytes, int dirtyPercent, int gigabits, long latencyNanos) {
        return new SweepPoint(mode, ramBytes, PageKind.SMALL, dirtyPercent, gigabits, latencyNanos, CONNECTIONS, UNITS);
    }

    private static SweepPoint growth(MigrationMode mode, long ramBytes, PageKind pages) {
        return new SweepPoint(mode, ramBytes, pages, GROWTH_DIRTY, GROWTH_GIGABITS, GROWTH_LATENCY, CONNECTIONS, UNITS);
    }

    private static SweepPoint alone(SweepPoint point) {
        return with(point, 1, point.simulatedPages());
    }

    private static SweepPoint scaled(SweepPoint whole) {
        return with(whole, whole.connections(), whole.unitCount() / 4);
    }

    private static SweepPoint with(SweepPoint point, int connections, int simulatedPages) {
        return new SweepPoint(
                point.mode(),
                point.ramBytes(),
                point.pages(),
                point.dirtyPercent(),
                point.gigabitsPerSecond(),
                point.latencyNanos(),
                connections,
                simulatedPages);
    }

    /** Guests of which each 2 MiB are simulated. */
    private static List<SweepPoint> wholes(MigrationMode mode) {
        List<SweepPoint> points = new ArrayList<>();
        for (long ram : List.of(GIB, 16 * GIB)) {
            for (int gigabits : List.of(1, GROWTH_GIGABITS)) {
                SweepPoint one = grid(mode, ram, GROWTH_DIRTY, gigabits, GROWTH_LATENCY);
                points.add(with(one, CONNECTIONS, (int) (ram / (2 << 20))));
            }
        }
        return points;
    }

    List<String> failures() {
        return runs.failures();
    }

    String summary() {
        StringBuilder text = new StringBuilder(comparison()).append('\n').append(growth());
        failures().forEach(failure -> text.append("\nNot ended: ").append(failure));
        return text.append('\n').toString();
    }

    private static String ram(long bytes) {
        return bytes < 1024 * GIB ? bytes / GIB + " GiB" : bytes / (1024 * GIB) + " TiB";
    }

    private static String name(MigrationMode mode) {
        return mode.name().toLowerCase(Locale.ROOT);
    }

    private static String ratio(double value) {
        return String.format(Locale.ROOT, "%.2f", value);
    }

    private static String waits(SweepResult result) {
        return result.faults() == 0
                ? "none"
                : Numbers.nanos(result.medianWaitNanos()) + ", " + Numbers.nanos(result.longestWaitNanos());
    }

    private String comparison() {
        StringBuilder text = new StringBuilder(
                "| mode | RAM | Gbit/s | downtime whole | scaled | ratio | total whole | scaled | ratio | bytes ratio |"
                        + " longest wait ratio |\n" + "| --- ".repeat(11) + "|\n");
        for (MigrationMode mode : MigrationMode.values()) {
            for (SweepPoint point : wholes(mode)) {
                SweepResult whole = runs.of(point);
                SweepResult scaled = runs.of(scaled(point));
                text.append(row(
                        name(mode),
                        ram(point.ramBytes()),
                        String.valueOf(point.gigabitsPerSecond()),
                        Numbers.nanos(whole.downtimeNanos()),
                        Numbers.nanos(scaled.downtimeNanos()),
                        ratio((double) scaled.downtimeNanos() / whole.downtimeNanos()),
                        Numbers.nanos(whole.totalNanos()),
                        Numbers.nanos(scaled.totalNanos()),
                        ratio((double) scaled.totalNanos() / whole.totalNanos()),
                        ratio((double) scaled.wireBytes() / whole.wireBytes()),
                        whole.faults() == 0 || scaled.faults() == 0
                                ? "-"
                                : ratio((double) scaled.longestWaitNanos() / whole.longestWaitNanos())));
            }
        }
        return text.toString();
    }

    private String growth() {
        StringBuilder text = new StringBuilder(
                "| mode | pages | RAM | downtime | total | total per GiB | bytes / RAM | rounds | wait for a page: median, longest |\n"
                        + "| --- ".repeat(9) + "|\n");
        for (MigrationMode mode : MigrationMode.values()) {
            for (PageKind pages : PageKind.values()) {
                for (long ram : RAM) {
                    SweepResult result = runs.of(growth(mode, ram, pages));
                    text.append(row(
                            name(mode),
                            pages == PageKind.SMALL ? "4 KiB" : "2 MiB",
                            ram(ram),
                            Numbers.nanos(result.downtimeNanos()),
                            Numbers.nanos(result.totalNanos()),
                            Numbers.nanos(result.totalNanos() / (ram / GIB)),
                            ratio((double) result.wireBytes() / ram),
                            String.valueOf(result.rounds()),
                            waits(result)));
                }
            }
        }
        return text.toString();
    }

    private String grid(MigrationMode mode, int gigabits) {
        StringBuilder text = new StringBuilder("\n### " + name(mode) + ", " + gigabits + " Gbit/s\n\n"
                + "| RAM | latency | nothing written | 25 % | 90 % | 200 % | 25 %, one connection |\n"
                + "| --- ".repeat(7) + "|\n");
        for (long ram : RAM) {
            for (long latency : LATENCIES) {
                List<String> cells = new ArrayList<>(List.of(ram(ram), Numbers.nanos(latency)));
                DIRTY_PERCENT.forEach(dirty -> cells.add(cell(grid(mode, ram, dirty, gigabits, latency))));
                cells.add(cell(alone(grid(mode, ram, GROWTH_DIRTY, gigabits, latency))));
                text.append(row(cells.toArray(String[]::new)));
            }
        }
        return text.toString();
    }

    private String cell(SweepPoint point) {
        SweepResult result = runs.of(point);
        if (!result.failure().isEmpty()) {
            return "did not end";
        }
        return Numbers.nanos(result.downtimeNanos()) + "; " + Numbers.nanos(result.totalNanos()) + "; "
                + ratio((double) result.wireBytes() / point.ramBytes()) + "; " + waits(result);
    }

    private static String row(String... cells) {
        return "| " + String.join(" | ", cells) + " |\n";
    }

    /** {@return all tables, and what they are} */
    String document(String commit) {
        StringBuilder text = new StringBuilder(SweepText.HEAD)
                .append("\n## Scaled against whole\n\n")
                .append(SweepText.COMPARISON)
                .append('\n')
                .append(comparison())
                .append("\n## How costs grow with memory\n\n")
                .append(SweepText.GROWTH)
                .append('\n')
                .append(growth())
                .append("\n## All\n\n")
                .append(SweepText.GRID);
        for (MigrationMode mode : MigrationMode.values()) {
            GIGABITS.forEach(gigabits -> text.append(grid(mode, gigabits)));
        }
        failures()
                .forEach(failure -> text.append("\nNot ended: ").append(failure).append('\n'));
        return text.append(commit.isEmpty() ? "" : "\nCommit " + commit + ". ")
                .append(
                        "`./dev simulate --sweep --report docs/soak/sweep.md` does it again; it goes the same way each time.\n")
                .toString();
    }
}
