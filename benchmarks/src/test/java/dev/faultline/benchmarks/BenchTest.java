package dev.faultline.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faultline.benchmarks.report.Section;
import dev.faultline.benchmarks.run.Bench;
import dev.faultline.benchmarks.run.Settings;
import dev.faultline.testing.RequiresHugePages;
import dev.faultline.testing.RequiresUffd;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.function.Supplier;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Each benchmark in little: that all of its ways work, and each of them comes out as numbers. */
@RequiresUffd
@RequiresHugePages(1) // which is to say that they may be added
class BenchTest {
    @TempDir
    private Path directory;

    @ParameterizedTest
    @CsvSource({"faults, 16", "around, 5", "scan, 8", "movement, 14", "fetch, 4", "collections, 3"})
    @Timeout(120)
    void everyWayGivesFigures(String name, int rows) throws IOException {
        Supplier<Bench> bench = Objects.requireNonNull(Main.BENCHES.get(name));
        Section section = bench.get().run(Settings.SAMPLE);
        List<String> figures = section.tables()
                .lines()
                .filter(line -> line.matches(".*\\(-?\\d.*"))
                .toList();
        assertThat(figures).hasSize(rows).noneMatch(line -> line.contains("NaN") || line.contains("Infinity"));
        if (section.plot().isPresent()) {
            String svg = Files.readString(section.plot().get().write(directory));
            assertThat(svg).startsWith("<?xml").contains("<svg").contains("<line");
        }
    }
}
