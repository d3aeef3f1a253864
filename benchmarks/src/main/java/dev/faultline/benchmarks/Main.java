package dev.faultline.benchmarks;

import dev.faultline.benchmarks.collection.CollectionBench;
import dev.faultline.benchmarks.fault.AroundBench;
import dev.faultline.benchmarks.fault.FaultBench;
import dev.faultline.benchmarks.movement.MovementBench;
import dev.faultline.benchmarks.remote.FetchBench;
import dev.faultline.benchmarks.report.Benchmarks;
import dev.faultline.benchmarks.report.Plot;
import dev.faultline.benchmarks.report.Section;
import dev.faultline.benchmarks.run.Bench;
import dev.faultline.benchmarks.run.Settings;
import dev.faultline.benchmarks.scan.ScanBench;
import java.io.IOException;
import java.util.Locale;
import java.util.Map;
import java.util.function.Supplier;

/** {@code NAME [runs=N]}: runs a benchmark, prints its section of docs/benchmarks.md and writes it there. */
final class Main {
    private static final int USUAL_RUNS = 5;

    static final Map<String, Supplier<Bench>> BENCHES = Map.of(
            "faults",
            FaultBench::new,
            "around",
            AroundBench::new,
            "scan",
            ScanBench::new,
            "movement",
            MovementBench::new,
            "fetch",
            FetchBench::new,
            "collections",
            CollectionBench::new);

    private Main() {}

    public static void main(String... arguments) {
        try {
            Supplier<Bench> bench = arguments.length == 0 ? null : BENCHES.get(arguments[0]);
            if (bench == null || arguments.length > 2) {
                throw new IllegalArgumentException("which benchmark? One of " + BENCHES.keySet() + ", then runs=N");
            }
            Settings settings = new Settings(arguments.length == 1 ? USUAL_RUNS : runs(arguments[1]), false);
            write(bench.get().run(settings), settings);
        } catch (IOException | RuntimeException e) {
            System.err.println("The benchmark could not be run: " + e.getMessage());
            e.printStackTrace();
            System.exit(1);
        }
    }

    private static int runs(String argument) {
        String number = argument.startsWith("runs=") ? argument.substring("runs=".length()) : "";
        if (!number.matches("[1-9][0-9]{0,3}")) {
            throw new IllegalArgumentException("runs=N takes a number from 1 to 9999, not '" + argument + "'");
        }
        return Integer.parseInt(number);
    }

    private static void write(Section section, Settings settings) throws IOException {
        StringBuilder text = new StringBuilder(section.introduction()
                .replace("RUNS", Integer.toString(settings.runs()))
                .replace("MACHINE", Benchmarks.machine()));
        text.append(section.tables());
        if (section.plot().isPresent()) {
            Plot plot = section.plot().get();
            plot.write(Benchmarks.docs().resolve("benchmarks"));
            text.append(String.format(Locale.ROOT, "%n![%s](benchmarks/%s.svg)%n", plot.title(), plot.name()));
        }
        System.out.println(section.title() + "\n\n" + text);
        Benchmarks.write(section.title(), text.toString());
    }
}
