package dev.faultline.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/**
 * Nothing between the pause and the resume grows with memory: a guest of 8 GiB pauses for as long as one of 1 GiB with the
 * same writes. {@code ./dev soak pause runs=7} measures that; in its short form it shows that both sizes move.
 */
class PauseIT {
    private static final double MOST = 1.3;
    private static final double NANOS_PER_MILLI = 1e6;

    private final Soak soak = new Soak("pause");

    private record Size(String memory, String coldSet) {}

    @Test
    void thePauseDoesNotGrowWithMemory() throws IOException {
        List<Size> sizes = soak.isRequested()
                ? List.of(new Size("1G", "800M"), new Size("8G", "7800M"))
                : List.of(new Size("256M", "100M"), new Size("1G", "800M"));
        int runs = soak.number("runs", 1);
        List<List<Double>> millis = List.of(new ArrayList<>(), new ArrayList<>());
        List<List<String>> rows = new ArrayList<>();
        for (int run = 0; run < runs; run++) {
            for (int i = 0; i < sizes.size(); i++) { // in turns, so that both see the same machine
                double paused = downtimeMillis(sizes.get(i));
                millis.get(i).add(paused);
                rows.add(List.of(
                        Integer.toString(run), sizes.get(i).memory(), String.format(Locale.ROOT, "%.1f", paused)));
            }
        }
        double ratio = median(millis.get(1)) / median(millis.get(0));
        rows.add(List.of(
                "median",
                sizes.getFirst().memory() + " and " + sizes.getLast().memory(),
                String.format(
                        Locale.ROOT,
                        "%.1f and %.1f: a ratio of %.2f",
                        median(millis.get(0)),
                        median(millis.get(1)),
                        ratio)));
        soak.writeTable(
                "Downtime of guests of two sizes that rewrite 64 MiB without pause (hybrid, half of the memory with content)",
                List.of("run", "memory", "downtime ms"),
                rows);
        if (soak.isRequested()) {
            assertThat(ratio).isLessThanOrEqualTo(MOST);
        }
    }

    private static double downtimeMillis(Size size) {
        Faultline demo = Demos.runOnly(List.of(
                "--memory",
                size.memory(),
                "--working-set",
                "64M",
                "--cold-set",
                size.coldSet(),
                "--write-rate",
                "max",
                "--mode",
                "hybrid"));
        assertThat(demo.exitCode()).as(demo.toString()).isZero();
        assertThat(demo.json().path("corruptions").asLong(-1)).isZero();
        return demo.json().at("/migration/downtimeNanos").asLong() / NANOS_PER_MILLI;
    }

    private static double median(List<Double> values) {
        double[] sorted =
                values.stream().mapToDouble(Double::doubleValue).sorted().toArray();
        return IntStream.of((sorted.length - 1) / 2, sorted.length / 2)
                .mapToDouble(i -> sorted[i])
                .average()
                .orElseThrow();
    }
}
