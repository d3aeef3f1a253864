package dev.faultline.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faultline.cli.json.Events;
import dev.faultline.cli.json.Json;
import dev.faultline.migration.guest.GuestState;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/**
 * One engine, or both, are killed at some moment of a move. The guest survives on one side only, with its memory, and
 * {@code faultline resume} finishes the move or takes it back. {@code ./dev soak engine-kill runs=90} does it so often.
 */
class EngineKillIT {
    private static final String[] GUEST = {
        "--memory", "256M", "--working-set", "64M", "--cold-set", "64M", "--write-rate", "max"
    };

    private final Soak soak = new Soak("engine-kill");

    @TempDir
    private Path directory;

    private enum Victim {
        SOURCE,
        DESTINATION,
        BOTH
    }

    /** When the kill comes: at a random time of this part of the move. */
    private enum Moment {
        PRECOPY("copying", 500),
        HAND_OVER("paused", 25),
        POSTCOPY("serving", 800);

        private final String phase;
        private final int withinMillis;

        Moment(String phase, int withinMillis) {
            this.phase = phase;
            this.withinMillis = withinMillis;
        }
    }

    @Test
    void theGuestSurvivesItsEnginesOnOneSideOnly() throws IOException {
        int runs = soak.number("runs", 9);
        int seed = soak.isRequested() ? soak.number("seed", (int) (System.nanoTime() & 0xFFFF)) : 1;
        Random random = new Random(seed);
        List<List<String>> rows = new ArrayList<>();
        for (int run = 0; run < runs; run++) {
            Victim victim = Victim.values()[run % Victim.values().length];
            Moment moment = Moment.values()[run / Victim.values().length % Moment.values().length];
            rows.add(killAndResume(run, victim, moment, random.nextInt(moment.withinMillis)));
        }
        soak.writeTable(
                "Engines killed with SIGKILL during a move, then 'faultline resume' (seed " + seed + ")",
                List.of(
                        "killed",
                        "when the source was",
                        "after ms",
                        "source left",
                        "destination left",
                        "the guest runs on",
                        "wrong pages"),
                rows);
    }

    private List<String> killAndResume(int run, Victim victim, Moment moment, int delayMillis) throws IOException {
        Path sourceJournals = directory.resolve("source" + run);
        Path destinationJournals = directory.resolve("destination" + run);
        try (Hosts hosts = new Hosts(
                List.of("--journal", sourceJournals.toString()),
                List.of("--journal", destinationJournals.toString()))) {
            hosts.startGuest(GUEST);
            hosts.startWaitingGuest(GUEST);
            Hosts.await(hosts.sourceName(), report -> report.statistics().passes() >= 1);
            Faultline receive = hosts.startReceive();
            // A held map makes the time after the hand-over as long as the time before it.
            Faultline migrate = hosts.startMigrate(receive, "--mode", "hybrid", "--hold-map", "1");
            awaitPhase(sourceJournals, moment.phase);
            Hosts.sleep(Duration.ofMillis(delayMillis));
            if (victim != Victim.DESTINATION) {
                migrate.kill();
            }
            if (victim != Victim.SOURCE) {
                receive.kill();
            }
            migrate.await();
            receive.await();
            String sourceWas = phase(sourceJournals);
            String destinationWas = phase(destinationJournals);
            resume(hosts, sourceJournals, destinationJournals);
            assertThat(phase(sourceJournals)).as("left at the source").isEqualTo("-");
            return List.of(
                    victim.name().toLowerCase(Locale.ROOT),
                    moment.phase,
                    Integer.toString(delayMillis),
                    sourceWas,
                    destinationWas,
                    whereItRuns(hosts),
                    "0");
        }
    }

    /** Waits until the source is as far as that, or further. */
    private static void awaitPhase(Path journals, String wanted) throws IOException {
        List<String> order = List.of("-", "copying", "paused", "committed", "serving");
        long deadline = System.nanoTime() + Duration.ofSeconds(60).toNanos();
        while (order.indexOf(phase(journals)) < order.indexOf(wanted)) {
            assertThat(System.nanoTime()).as("still not %s", wanted).isLessThan(deadline);
            Hosts.sleep(Duration.ofMillis(1));
        }
    }

    private static void resume(Hosts hosts, Path sourceJournals, Path destinationJournals) throws IOException {
        boolean isSourceLeft = !phase(sourceJournals).equals("-");
        if (phase(destinationJournals).equals("-")) {
            if (isSourceLeft) {
                Faultline source = hosts.startSourceResume();
                assertThat(source.await()).as(source.toString()).isZero();
            }
            return;
        }
        if (!isSourceLeft) {
            Faultline destination = hosts.startDestinationResume("--give-up");
            if (!phase(destinationJournals).equals("never")) {
                assertThat(destination.await()).as(destination.toString()).isZero();
            }
            return;
        }
        Faultline destination = hosts.startDestinationResume("--listen", "127.0.0.1:0");
        JsonNode listening = listening(destination);
        String port = listening == null ? "1" : listening.path("port").asString();
        Faultline source = hosts.startSourceResume("--to", "127.0.0.1:" + port);
        source.await();
        destination.await();
        assertThat(source.exitCode() == 0 || source.err().contains("goes on here as before"))
                .as(source + "\n" + destination)
                .isTrue();
    }

    /** {@return where it listens, or nothing if it had no reason to} */
    private static @Nullable JsonNode listening(Faultline resume) {
        String line = resume.awaitLine(text -> text.contains(Events.LISTENING) || text.contains(Events.DONE));
        return line.contains(Events.LISTENING) ? Json.parse(line).orElseThrow() : null;
    }

    private static String whereItRuns(Hosts hosts) {
        boolean atSource = hosts.source().state() == GuestState.RUNNING;
        boolean atDestination = hosts.destination().state() == GuestState.RUNNING;
        assertThat(atSource ^ atDestination)
                .as("one owner: %s, %s", hosts.source(), hosts.destination())
                .isTrue();
        Hosts.awaitAlive(atSource ? hosts.sourceName() : hosts.destinationName());
        return atSource ? "source" : "destination";
    }

    /** {@return how far a side is by its journal, or "-"} */
    private static String phase(Path journals) throws IOException {
        if (!Files.isDirectory(journals)) {
            return "-";
        }
        try (Stream<Path> files = Files.list(journals)) {
            Path entry = files.filter(file -> file.toString().endsWith(".move"))
                    .findFirst()
                    .orElse(null);
            if (entry == null) {
                return "-";
            }
            return Files.readAllLines(entry).stream()
                    .filter(line -> line.startsWith("phase="))
                    .map(line -> line.substring("phase=".length()).toLowerCase(Locale.ROOT))
                    .findFirst()
                    .orElseThrow();
        }
    }
}
