package dev.faultline.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faultline.cli.BrokenMove.Moment;
import dev.faultline.cli.BrokenMove.Victim;
import dev.faultline.migration.guest.GuestState;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

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

    @Test
    void theGuestSurvivesItsEnginesOnOneSideOnly() throws IOException {
        int runs = soak.number("runs", 6);
        int seed = soak.isRequested() ? soak.number("seed", (int) (System.nanoTime() & 0xFFFF)) : 1;
        Random random = new Random(seed);
        List<List<String>> rows = new ArrayList<>();
        for (int run = 0; run < runs; run++) {
            Victim victim = BrokenMove.VICTIMS.get(run % BrokenMove.VICTIMS.size());
            Moment moment = BrokenMove.MOMENTS.get((run / BrokenMove.VICTIMS.size() + run) % BrokenMove.MOMENTS.size());
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
            BrokenMove.Left left = new BrokenMove(hosts, sourceJournals, destinationJournals)
                    .killAndResume(victim, moment, delayMillis);
            return List.of(
                    victim.name().toLowerCase(Locale.ROOT),
                    moment.phase,
                    Integer.toString(delayMillis),
                    left.source(),
                    left.destination(),
                    whereItRuns(hosts),
                    "0");
        }
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
}
