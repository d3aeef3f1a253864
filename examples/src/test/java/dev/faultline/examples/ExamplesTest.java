package dev.faultline.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faultline.testing.KernelFeature;
import dev.faultline.testing.RequiresUffd;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Runs each example as a reader would: in a JVM of its own, from its main method. */
@Timeout(120)
class ExamplesTest {
    private static final long LIMIT_SECONDS = 60;

    @TempDir
    private Path folder;

    @Test
    @RequiresUffd
    void minorFaults() throws Exception {
        List<String> lines = run(MinorFaults.class);
        assertThat(lines).hasSize(17).contains("fault on page 7").endsWith("the alias reads n, it is the same memory");
        assertThat(lines.stream().filter(line -> line.startsWith("fault on"))).hasSize(8);
        assertThat(lines.stream().filter(line -> line.equals("the guest reads n")))
                .hasSize(8);
    }

    @Test
    @RequiresUffd(KernelFeature.WP_ASYNC)
    void dirtyTracking() throws Exception {
        assertThat(run(DirtyTracking.class))
                .containsExactly(
                        "round 1: written pages 3-5 700", "round 2: written pages 4", "round 3: written pages");
    }

    @Test
    @RequiresUffd
    void lazyFile() throws Exception {
        assertThat(run(LazyFile.class))
                .containsExactly(
                        "loading page 7",
                        "page 7 begins with 7",
                        "loading page 200",
                        "page 200 begins with -56",
                        "page 7 begins with 7",
                        "2 of 256 pages are in memory",
                        "storing page 200",
                        "0 after they were evicted",
                        "the file has 99 at page 200");
    }

    /** No annotation: it needs nothing of the kernel. */
    @Test
    void sameHandlerOnModel() throws Exception {
        List<String> lines = run(SameHandlerOnModel.class);
        assertThat(lines.getFirst())
                .startsWith("the model's smaps: ")
                .contains(" um")
                .contains(" ui");
        assertThat(lines.stream().filter(line -> line.startsWith("fault on"))).hasSize(8);
        assertThat(lines.stream().filter(line -> line.equals("the guest reads n")))
                .hasSize(8);
    }

    private List<String> run(Class<?> example) throws IOException, InterruptedException {
        Path output = folder.resolve("output");
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "--enable-native-access=ALL-UNNAMED",
                        "-cp",
                        System.getProperty("jdk.module.path", "") + ":" + System.getProperty("java.class.path"),
                        example.getName())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        try {
            boolean ended = process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS);
            String said = Files.readString(output, StandardCharsets.UTF_8);
            assertThat(ended).as("it ended; it said: %s", said).isTrue();
            assertThat(process.exitValue()).as(said).isZero();
            return said.lines().toList();
        } finally {
            process.destroyForcibly();
        }
    }
}
