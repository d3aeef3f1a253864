package dev.faultline.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The demo is killed, and nothing of it is left: {@code ./dev soak kill runs=50} kills it so often at random times. */
class KillIT {
    private static final Duration GONE = Duration.ofSeconds(20);
    private static final long LOOK_MILLIS = 25;

    private final Soak soak = new Soak("kill");

    @TempDir
    private Path directory;

    @Test
    void aKilledDemoLeavesNothing() throws IOException {
        int runs = soak.number("runs", 5);
        // Short tests kill at the same times in each run; a soak at others, of which it tells.
        long seed = soak.isRequested() ? soak.number("seed", (int) (System.nanoTime() & 0xFFFF)) : 1;
        Random random = new Random(seed);
        long wholeMillis = TimeUnit.NANOSECONDS.toMillis(wholeDemoNanos());
        List<List<String>> rows = new ArrayList<>();
        for (int run = 0; run < runs; run++) {
            // One at a random time in each part of the whole, so that few runs meet every phase as well.
            long delay = (long) ((run + random.nextDouble()) / runs * wholeMillis);
            String pageSize = run % 2 == 0 ? "4K" : "2M";
            int processes = killAfter(Duration.ofMillis(delay), pageSize);
            rows.add(List.of(pageSize, Long.toString(delay), Integer.toString(processes), "nothing"));
        }
        soak.writeTable(
                "The demo killed with SIGKILL (seed " + seed + ", a whole run takes " + wholeMillis + " ms)",
                List.of("page size", "killed after ms", "processes seen", "left behind"),
                rows);
    }

    private static long wholeDemoNanos() {
        long begin = System.nanoTime();
        assertThat(Demos.run().exitCode()).isZero();
        return System.nanoTime() - begin;
    }

    private int killAfter(Duration delay, String pageSize) throws IOException {
        long hugePagesBefore = Traces.hugePages();
        Traces traces = new Traces(UUID.randomUUID().toString());
        try (Faultline demo = start(traces, pageSize)) {
            watch(traces, delay, demo);
        }
        awaitTrue("processes left: ", () -> traces.processes().isEmpty(), traces);
        assertThat(traces.memoryFiles()).isEmpty();
        assertThat(directory).isEmptyDirectory();
        assertThat(traces.temporaryFiles()).isEmpty();
        awaitTrue("huge pages before: " + hugePagesBefore, () -> hugePages() == hugePagesBefore, traces);
        return traces.processesSeen().size();
    }

    private Faultline start(Traces traces, String pageSize) {
        String[] arguments = Demos.arguments("--page-size", pageSize);
        return Faultline.start(
                directory, Map.of(Traces.VARIABLE, traces.mark(), "TMPDIR", directory.toString()), arguments);
    }

    private static void watch(Traces traces, Duration delay, Faultline demo) {
        long end = System.nanoTime() + delay.toNanos();
        while (System.nanoTime() < end && demo.isAlive()) {
            traces.look();
            Hosts.sleep(Duration.ofMillis(LOOK_MILLIS));
        }
        traces.look();
    }

    /** A signal that can be handled ends the demo as well, and it waits until its parts have gone. */
    @Test
    void aTerminatedDemoTakesItsPartsAlong() throws IOException {
        long hugePagesBefore = Traces.hugePages();
        Traces traces = new Traces(UUID.randomUUID().toString());
        try (Faultline demo = start(traces, "2M")) {
            while (traces.processesSeen().size() < 6) {
                traces.look();
            }
            demo.terminate();
            demo.await();
            assertThat(demo.exitCode()).isEqualTo(143);
            assertThat(traces.processes()).isEmpty();
        }
        assertThat(directory).isEmptyDirectory();
        assertThat(hugePages()).isEqualTo(hugePagesBefore);
    }

    private static long hugePages() {
        try {
            return Traces.hugePages();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void awaitTrue(String what, BooleanSupplier condition, Traces traces) {
        long end = System.nanoTime() + GONE.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > end) {
                throw new AssertionError(what + " " + traces.processes() + ", huge pages now: " + hugePages());
            }
            Hosts.sleep(Duration.ofMillis(LOOK_MILLIS));
        }
    }
}
