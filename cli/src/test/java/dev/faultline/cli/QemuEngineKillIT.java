package dev.faultline.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faultline.cli.BrokenMove.Moment;
import dev.faultline.cli.BrokenMove.Victim;
import dev.faultline.qemu.lab.Accelerator;
import dev.faultline.qemu.lab.QemuVm;
import dev.faultline.qemu.lab.VmSpec;
import dev.faultline.qemu.lab.guest.GuestLoad;
import dev.faultline.qemu.lab.host.LabHost;
import dev.faultline.qemu.lab.serial.Continuity;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The engines that move an unmodified QEMU are killed. Its guest goes on with its memory on one side only, once
 * {@code faultline resume} has finished the move or taken it back; one that was taken back can be moved afresh.
 * {@code ./dev soak qemu-engine-kill runs=36} does it so often.
 */
class QemuEngineKillIT {
    private static final Duration BEATS = Duration.ofSeconds(60);
    private static final int BEATS_OF_A_WALK = 250;

    private final Soak soak = new Soak("qemu-engine-kill");

    @TempDir
    private Path directory;

    @BeforeAll
    static void requireTools() {
        LabHost.requireQemu();
    }

    @Test
    void theGuestSurvivesItsEnginesOnOneSideOnly() throws IOException {
        int runs = soak.number("runs", 3);
        int seed = soak.isRequested() ? soak.number("seed", (int) (System.nanoTime() & 0xFFFF)) : 2;
        Random random = new Random(seed);
        List<List<String>> rows = new ArrayList<>();
        for (int run = 0; run < runs; run++) {
            Victim victim = BrokenMove.VICTIMS.get(run % BrokenMove.VICTIMS.size());
            Moment moment = BrokenMove.MOMENTS.get((run / BrokenMove.VICTIMS.size() + run) % BrokenMove.MOMENTS.size());
            Accelerator accelerator = run % 3 == 0 ? Accelerator.TCG : Accelerator.KVM;
            rows.add(killAndResume(run, accelerator, victim, moment, random.nextInt(moment.withinMillis)));
        }
        soak.writeTable(
                "Engines of an unmodified QEMU killed with SIGKILL, then 'faultline resume' (seed " + seed + ")",
                List.of(
                        "accelerator",
                        "killed",
                        "when the source was",
                        "after ms",
                        "source left",
                        "destination left",
                        "the guest runs on",
                        "wrong pages"),
                rows);
    }

    private List<String> killAndResume(int run, Accelerator accelerator, Victim victim, Moment moment, int delayMillis)
            throws IOException {
        VmSpec spec = VmSpec.of("k" + run, accelerator, new GuestLoad(48, 16, GuestLoad.UNTHROTTLED, 10));
        try (QemuVm source = QemuVm.start(spec);
                QemuVm destination = QemuVm.start(spec.incoming("k" + run + "-to"))) {
            source.awaitReady();
            source.serial().awaitHeartbeats(50, BEATS);
            BrokenMove.Left left;
            try (QemuMove move = new QemuMove(source, destination, null, directory.resolve("run" + run))) {
                left = new BrokenMove(move, move.sourceJournals(), move.destinationJournals())
                        .killAndResume(victim, moment, delayMillis);
            }
            boolean atDestination =
                    destination.isAlive() && destination.status().equals("running");
            boolean atSource = source.isAlive() && source.status().equals("running");
            assertThat(atSource ^ atDestination)
                    .as("one owner: source %s, destination %s, left %s", atSource, atDestination, left)
                    .isTrue();
            assertGoesOn(source, destination, atSource, directory.resolve("again" + run));
            return List.of(
                    accelerator.name(),
                    victim.name().toLowerCase(Locale.ROOT),
                    moment.phase,
                    Integer.toString(delayMillis),
                    left.source(),
                    left.destination(),
                    atSource ? "source" : "destination",
                    "0");
        }
    }

    private static void assertGoesOn(QemuVm source, QemuVm destination, boolean atSource, Path journals) {
        if (!atSource) {
            destination.serial().awaitHeartbeats(BEATS_OF_A_WALK, BEATS);
            Continuity.of(source.log(), destination.log()).assertUnbroken();
            return;
        }
        assertThat(destination.log().heartbeats()).as("it never ran there").isEmpty();
        try (QemuVm next = QemuVm.start(source.spec().incoming(source.name() + "-again"));
                QemuMove move = new QemuMove(source, next, null, journals)) {
            move.run("--mode", "hybrid");
            next.serial().awaitHeartbeats(BEATS_OF_A_WALK, BEATS);
            Continuity.of(source.log(), next.log()).assertUnbroken();
        }
    }
}
