package dev.faultline.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LauncherIT {

    private final Soak soak = new Soak("launcher");

    @TempDir
    private Path elsewhere;

    @Test
    void startsFromAnyDirectoryThroughALink() throws IOException, InterruptedException {
        Path link = Files.createSymbolicLink(
                elsewhere.resolve("a link"), Repository.root().resolve("faultline"));
        List<List<String>> rows = new ArrayList<>();
        int runs = soak.number("runs", 1);
        for (int run = 1; run <= runs; run++) {
            long begin = System.nanoTime();
            assertThat(run(link, "--version")).matches("faultline \\d+\\.\\d+\\.\\d+\\S*\n");
            long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begin);
            rows.add(List.of(Integer.toString(run), Long.toString(millis)));
        }
        Files.delete(link);
        soak.writeTable("Start of the faultline command", List.of("run", "ms"), rows);
    }

    /** Without the archive the command would start all the same, but slower. */
    @Test
    void takesItsClassesFromTheArchiveOfTheBuild() {
        Faultline help =
                Faultline.start(Path.of("target"), Map.of("FAULTLINE_JAVA_OPTS", "-Xlog:class+load:stderr"), "--help");
        assertThat(help.await()).isZero();
        assertThat(help.err().lines())
                .anySatisfy(line -> assertThat(line).contains("dev.faultline.cli.Main source: shared objects file"));
    }

    private String run(Path program, String argument) throws IOException, InterruptedException {
        Path output = elsewhere.resolve("output");
        Process process = new ProcessBuilder(program.toString(), argument)
                .directory(elsewhere.toFile())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        try {
            assertThat(process.waitFor(1, TimeUnit.MINUTES)).isTrue();
        } finally {
            process.destroyForcibly();
        }
        return Files.readString(output);
    }
}
