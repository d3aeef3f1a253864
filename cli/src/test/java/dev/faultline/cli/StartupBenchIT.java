package dev.faultline.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faultline.benchmarks.report.Benchmarks;
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

/**
 * What the command takes to answer, of the checkout and of the archive, beside a JVM that does nothing, in turns.
 * {@code ./dev bench startup runs=20} writes the table; the short form shows that each of them answers.
 */
class StartupBenchIT {
    private static final int WARM_UP_RUNS = 3;
    private static final double NANOS_PER_MILLI = 1e6;

    private final Soak soak = new Soak("bench-startup");

    @TempDir
    private Path directory;

    @Test
    void whatTheCommandTakesToAnswer() throws IOException, InterruptedException {
        int runs = soak.number("runs", 1);
        Map<String, List<Double>> millis = new LinkedHashMap<>();
        Map<String, List<String>> programs = programs();
        for (int run = soak.isRequested() ? -WARM_UP_RUNS : 0; run < runs; run++) {
            for (Map.Entry<String, List<String>> program : programs.entrySet()) {
                double took = run(program.getValue());
                if (run >= 0) {
                    millis.computeIfAbsent(program.getKey(), _ -> new ArrayList<>())
                            .add(took);
                }
            }
        }
        assertThat(millis.values())
                .hasSize(programs.size())
                .allSatisfy(each -> assertThat(each).hasSize(runs));
        if (soak.isRequested()) {
            Benchmarks.write("Start-up", text(runs, millis));
        }
    }

    private Map<String, List<String>> programs() throws IOException, InterruptedException {
        String checkout = Repository.root().resolve("faultline").toString();
        Path home = Distribution.unpack(directory);
        String installed = home.resolve("bin/faultline").toString();
        String java = Path.of(System.getProperty("java.home"), "bin/java").toString();
        String tests = Path.of("target/test-classes").toAbsolutePath().toString();
        String empty = EmptyMain.class.getName();
        Map<String, List<String>> programs = new LinkedHashMap<>();
        programs.put("`./faultline --help`", List.of(checkout, "--help"));
        programs.put("`./faultline --version`", List.of(checkout, "--version"));
        programs.put("`./faultline migrate --help`", List.of(checkout, "migrate", "--help"));
        programs.put("the archive's `faultline --help`", List.of(installed, "--help"));
        programs.put("the archive's `faultline --version`", List.of(installed, "--version"));
        programs.put("the archive's `faultline migrate --help`", List.of(installed, "migrate", "--help"));
        programs.put("JDK: `java -version`", List.of(java, "-version"));
        programs.put("JDK: an empty main, `-Xshare:auto`", List.of(java, "-Xshare:auto", "-cp", tests, empty));
        programs.put("JDK: an empty main, `-Xshare:off`", List.of(java, "-Xshare:off", "-cp", tests, empty));
        return programs;
    }

    /** {@return milliseconds from the start of a program to its end} */
    private double run(List<String> command) throws IOException, InterruptedException {
        Path output = directory.resolve("output");
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output.toFile());
        if (soak.isRequested()) {
            // Looking for newer sources is a part of the checkout's start.
            builder.environment().remove("FAULTLINE_NO_BUILD");
        }
        long began = System.nanoTime();
        int code = builder.start().waitFor();
        double took = (System.nanoTime() - began) / NANOS_PER_MILLI;
        assertThat(code).as("%s: %s", command, Files.readString(output)).isZero();
        return took;
    }

    private static String text(int runs, Map<String, List<Double>> millis) throws IOException {
        StringBuilder text = new StringBuilder(INTRODUCTION
                .replace("RUNS", Integer.toString(runs))
                .replace("WARM", Integer.toString(WARM_UP_RUNS))
                .replace("MACHINE", Benchmarks.machine()));
        millis.forEach((program, each) -> text.append("| " + program + " | " + cell(each) + " |\n"));
        return text.toString();
    }

    private static String cell(List<Double> values) {
        List<Double> sorted = values.stream().sorted().toList();
        return String.format(
                Locale.ROOT, "%.0f (%.0f-%.0f)", sorted.get(sorted.size() / 2), sorted.getFirst(), sorted.getLast());
    }

    private static final String INTRODUCTION = """
                ./dev bench startup runs=RUNS

            From the start of a process to its end, all in turns: WARM runs of each to warm up the file cache, then RUNS runs: medians
            (smallest-largest). The checkout's command looks for a JDK, and for sources that are newer than what is built; the
            archive's does not. What a JVM takes by itself is in the last lines.

            MACHINE.

            | program | ms |
            | --- | --- |
            """;
}
