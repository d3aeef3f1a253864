package dev.faultline.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faultline.cli.json.Events;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/**
 * An engine's own memory does not grow with its guest's, but for the state of each page: 128 MiB are enough for all else.
 * {@code ./dev soak memory runs=3} writes the table for 1 to 8 GiB; the short form moves 4 GiB.
 */
class MemoryIT {
    private static final long MOST_BESIDE_STATE_BYTES = 128L << 20;
    private static final double MOST_STATE_BYTES_PER_PAGE = 2;
    private static final long PAGE_BYTES = 4096;
    private static final Duration BETWEEN_LOOKS = Duration.ofMillis(50);

    private final Soak soak = new Soak("memory");

    @Test
    void anEngineTakesLittleMemoryOfItsOwn() throws IOException {
        List<List<String>> rows = new ArrayList<>();
        int runs = soak.number("runs", 1);
        for (int run = 0; run < runs; run++) {
            for (int gib : soak.isRequested() ? new int[] {1, 2, 4, 8} : new int[] {4}) {
                rows.addAll(move(run, gib));
            }
        }
        soak.writeTable(
                "Memory of the engines (hybrid, guests with content in half of their memory, 4 KiB pages)",
                List.of(
                        "run",
                        "guest",
                        "engine",
                        "page states MiB",
                        "own memory at its peak MiB",
                        "as it reported MiB"),
                rows);
    }

    private static List<List<String>> move(int run, int gib) {
        String memory = gib + "G";
        String cold = ((gib << 10) - 200) + "M";
        try (Hosts hosts = new Hosts()) {
            Faultline _ = hosts.startGuest("--memory", memory, "--working-set", "64M", "--cold-set", cold);
            Faultline _ = hosts.startWaitingGuest("--memory", memory, "--working-set", "64M", "--cold-set", cold);
            long coldPages = (((gib << 10) - 200L) << 20) / PAGE_BYTES; // one turn visits each once
            Hosts.await(hosts.sourceName(), guest -> guest.statistics().coldTouches() >= coldPages);
            Faultline receive = hosts.startReceive();
            Faultline migrate = hosts.startMigrate(receive);
            long sourcePeak = 0;
            long destinationPeak = 0;
            while (migrate.isAlive() || receive.isAlive()) {
                sourcePeak = Math.max(sourcePeak, ownBytes(migrate));
                destinationPeak = Math.max(destinationPeak, ownBytes(receive));
                Hosts.sleep(BETWEEN_LOOKS);
            }
            assertThat(migrate.await()).as(migrate.toString()).isZero();
            Hosts.awaitAlive(hosts.destinationName());
            return List.of(
                    row(run, memory, "source", migrate, sourcePeak),
                    row(run, memory, "destination", receive, destinationPeak));
        }
    }

    private static List<String> row(int run, String memory, String side, Faultline engine, long peakBytes) {
        JsonNode report = engine.awaitEvent(Events.DONE);
        long stateBytes = report.path("stateBytes").asLong();
        long reportedBytes = report.path("residentBytes").asLong();
        long pages = (Long.parseLong(memory.replace("G", "")) << 30) / PAGE_BYTES;
        assertThat(stateBytes / (double) pages).as(side).isBetween(0.1, MOST_STATE_BYTES_PER_PAGE);
        assertThat(peakBytes - stateBytes).as(side).isBetween(1L, MOST_BESIDE_STATE_BYTES);
        assertThat(reportedBytes - stateBytes).as(side).isBetween(1L, MOST_BESIDE_STATE_BYTES);
        return List.of(
                Integer.toString(run),
                memory,
                side,
                mebibytes(stateBytes),
                mebibytes(peakBytes),
                mebibytes(reportedBytes));
    }

    private static String mebibytes(long bytes) {
        return String.format(Locale.ROOT, "%.1f", bytes / (double) (1 << 20));
    }

    /** What is resident of a process but for shared memory; nothing of one that has ended. */
    private static long ownBytes(Faultline process) {
        try (Stream<String> status = Files.lines(Path.of("/proc/" + process.processId() + "/status"))) {
            return status.filter(line -> line.startsWith("RssAnon:") || line.startsWith("RssFile:"))
                    .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")) << 10)
                    .sum();
        } catch (IOException | UncheckedIOException e) {
            return 0;
        }
    }
}
