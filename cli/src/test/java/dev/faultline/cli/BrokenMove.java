package dev.faultline.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faultline.cli.json.Events;
import dev.faultline.cli.json.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** A move of which one engine, or both, are killed, and what {@code faultline resume} makes of it. */
final class BrokenMove {
    /** Who is killed. */
    enum Victim {
        SOURCE,
        DESTINATION,
        BOTH
    }

    /** When: at a random time of this part of the move. */
    enum Moment {
        PRECOPY("copying", 500),
        HAND_OVER("paused", 25),
        POSTCOPY("serving", 800);

        final String phase;
        final int withinMillis;

        Moment(String phase, int withinMillis) {
            this.phase = phase;
            this.withinMillis = withinMillis;
        }
    }

    static final List<Victim> VICTIMS = List.of(Victim.values());
    static final List<Moment> MOMENTS = List.of(Moment.values());

    /** Starts a move's engines and their successors. */
    interface Engines {
        Faultline startReceive(String... options);

        Faultline startMigrate(Faultline receive, String... options);

        Faultline startSourceResume(String... options);

        Faultline startDestinationResume(String... options);

        /** {@return the address that the destination listens on} */
        String destinationAddress();
    }

    /** What the engines left behind: phases, or "-". */
    record Left(String source, String destination) {}

    private final Engines engines;
    private final Path sourceJournals;
    private final Path destinationJournals;

    BrokenMove(Engines engines, Path sourceJournals, Path destinationJournals) {
        this.engines = engines;
        this.sourceJournals = sourceJournals;
        this.destinationJournals = destinationJournals;
    }

    /** Breaks a move, and has successors go on with it, until nothing is left at the source. */
    Left killAndResume(Victim victim, Moment moment, int delayMillis) throws IOException {
        Faultline receive = engines.startReceive();
        // A held map makes the time after the hand-over as long as the time before it.
        Faultline migrate = engines.startMigrate(receive, "--mode", "hybrid", "--hold-map", "1");
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
        Left left = new Left(phase(sourceJournals), phase(destinationJournals));
        resume();
        assertThat(phase(sourceJournals)).as("left at the source").isEqualTo("-");
        return left;
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

    private void resume() throws IOException {
        boolean isSourceLeft = !phase(sourceJournals).equals("-");
        if (phase(destinationJournals).equals("-")) {
            if (isSourceLeft) {
                Faultline source = engines.startSourceResume();
                assertThat(source.await()).as(source.toString()).isZero();
            }
            return;
        }
        if (!isSourceLeft) {
            Faultline destination = engines.startDestinationResume("--give-up");
            if (!phase(destinationJournals).equals("never")) {
                assertThat(destination.await() == 0 || hasNothingLeft(destination))
                        .as(destination.toString())
                        .isTrue();
            }
            return;
        }
        Faultline destination = engines.startDestinationResume("--listen", engines.destinationAddress() + ":0");
        JsonNode listening = listening(destination);
        String port = listening == null ? "1" : listening.path("port").asString();
        Faultline source = engines.startSourceResume("--to", engines.destinationAddress() + ":" + port);
        source.await();
        destination.await();
        assertThat(source.exitCode() == 0 || source.err().contains("goes on here as before"))
                .as(source + "\n" + destination)
                .isTrue();
    }

    /** {@return where it listens, or nothing if it had no reason to} */
    private static @Nullable JsonNode listening(Faultline resume) {
        Optional<String> line =
                resume.awaitLineOrEnd(text -> text.contains(Events.LISTENING) || text.contains(Events.DONE));
        assertThat(line.isPresent() || hasNothingLeft(resume))
                .as(resume.toString())
                .isTrue();
        return line.filter(text -> text.contains(Events.LISTENING))
                .map(text -> Json.parse(text).orElseThrow())
                .orElse(null);
    }

    /** A QEMU that expects a device state ends with the engine that was to bring it, and nobody has to give it up. */
    private static boolean hasNothingLeft(Faultline destination) {
        return destination.err().contains("There is nothing to resume: ");
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
