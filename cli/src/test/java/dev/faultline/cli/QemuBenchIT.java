package dev.faultline.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faultline.benchmarks.report.Benchmarks;
import dev.faultline.benchmarks.report.Plot;
import dev.faultline.benchmarks.whole.Figure;
import dev.faultline.benchmarks.whole.Reach;
import dev.faultline.benchmarks.whole.Results;
import dev.faultline.benchmarks.whole.Results.Case;
import dev.faultline.benchmarks.whole.Sample;
import dev.faultline.benchmarks.whole.Timeline;
import dev.faultline.qemu.lab.Accelerator;
import dev.faultline.qemu.lab.QemuVm;
import dev.faultline.qemu.lab.VmSpec;
import dev.faultline.qemu.lab.guest.GuestLoad;
import dev.faultline.qemu.lab.host.LabHost;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.AnnotatedElementContext;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.io.TempDirFactory;

/**
 * The same guest moved by Faultline and by QEMU itself, in turns. {@code ./dev bench qemu runs=5} writes the tables; the
 * short form shows that each way works.
 */
class QemuBenchIT {
    private static final Duration OWN_LIMIT = Duration.ofSeconds(15);
    private static final int USUAL_RUNS = 3;

    private final Soak soak = new Soak("bench-qemu");
    private final Results results = new Results();
    private final Timeline timeline = new Timeline();
    private final Guest drawn = soak.isRequested() ? UNTHROTTLED : SMALL;

    /** Where journals are by default: in memory. */
    @TempDir(factory = InMemory.class)
    private Path journals;

    static final class InMemory implements TempDirFactory {
        @Override
        public Path createTempDirectory(AnnotatedElementContext element, ExtensionContext extension)
                throws IOException {
            return Files.createTempDirectory(Path.of("/dev/shm"), "journals");
        }
    }

    private record Guest(String name, Accelerator accelerator, GuestLoad load, long memoryBytes, Set<QemuWay> ways) {
        static Guest underKvm(String name, int pagesPerSecond, Set<QemuWay> ways) {
            GuestLoad load = new GuestLoad(256, 512, pagesPerSecond, 10);
            return new Guest("KVM, " + name, Accelerator.KVM, load, 1L << 30, ways);
        }
    }

    /** One of each kind: what else there is differs by what a guest writes. */
    private static final Set<QemuWay> FOR_IDLE = EnumSet.of(
            QemuWay.HYBRID_STANDBY, QemuWay.HYBRID, QemuWay.OWN_TUNED, QemuWay.OWN_POSTCOPY, QemuWay.OWN_DEFAULT);

    private static final Guest IDLE = Guest.underKvm("idle", GuestLoad.IDLE, FOR_IDLE);
    private static final Guest THROTTLED = Guest.underKvm("10,000 pages/s", 10_000, EnumSet.allOf(QemuWay.class));
    private static final Guest UNTHROTTLED =
            Guest.underKvm("unthrottled", GuestLoad.UNTHROTTLED, EnumSet.allOf(QemuWay.class));

    /** QEMU 7.2's pre-copy under TCG loses writes of its guests: its numbers would mean nothing. */
    private static final Guest UNDER_TCG = new Guest(
            "TCG Linux, 10,000 pages/s",
            Accelerator.TCG,
            GuestLoad.of(10_000),
            512L << 20,
            EnumSet.of(QemuWay.HYBRID, QemuWay.POSTCOPY, QemuWay.OWN_POSTCOPY));

    /** In the short form one guest only: that each way works is shown by it. */
    private static final Guest SMALL = new Guest(
            "KVM, small",
            Accelerator.KVM,
            GuestLoad.of(10_000),
            256L << 20,
            EnumSet.of(QemuWay.HYBRID_STANDBY, QemuWay.POSTCOPY, QemuWay.OWN_TUNED, QemuWay.OWN_PREEMPT));

    @BeforeAll
    static void requireTools() {
        LabHost.requireQemu();
    }

    @Test
    void theSameGuestIsMovedInEachWay() throws IOException {
        List<Guest> guests = soak.isRequested() ? guests(soak.number("guest", 0)) : List.of(SMALL);
        int runs = soak.isRequested() ? soak.number("runs", USUAL_RUNS) : 1;
        for (int run = 0; run < runs; run++) {
            for (Guest guest : guests) {
                for (QemuWay way : guest.ways()) {
                    results.add(new Case(guest.name(), way.label()), move(guest, way, run));
                }
            }
        }
        assertThat(results.cases())
                .hasSize(guests.stream().mapToInt(guest -> guest.ways().size()).sum())
                .allSatisfy(one -> assertThat(results.count(one)).isEqualTo(runs));
        Plot plot = timeline.plot(drawn.name());
        if (soak.isRequested()) {
            if (guests.contains(drawn)) {
                plot.write(Benchmarks.docs().resolve("benchmarks"));
            }
            Benchmarks.write(TITLE, text(runs, plot));
        } else {
            assertThat(plot.write(journals)).isNotEmptyFile();
            assertThat(Reach.table(List.of(reach(Figure.TOTAL, SMALL, QemuWay.OWN_TUNED, "")), QemuWay.OURS, results))
                    .containsPattern("total / QEMU.*\\d\\.\\d\\d");
        }
    }

    /** All of them, or that of a number from 1. */
    private static List<Guest> guests(int number) {
        List<Guest> all = List.of(IDLE, THROTTLED, UNTHROTTLED, UNDER_TCG);
        return number == 0 ? all : all.subList(number - 1, number);
    }

    private Sample move(Guest guest, QemuWay way, int run) throws IOException {
        VmSpec spec =
                VmSpec.of("b" + run, guest.accelerator(), guest.load()).withMemory(guest.memoryBytes(), way.backing());
        try (QemuVm source = QemuVm.start(spec);
                QemuVm destination = QemuVm.start(spec.incoming("b" + run + "-to"))) {
            source.awaitReady();
            MeasuredQemuMove move = new MeasuredQemuMove(source, destination, OWN_LIMIT);
            Sample sample = move.run(way, Files.createTempDirectory(journals, "run" + run));
            if (IN_TIMELINE.contains(way) && guest.equals(drawn)) {
                move.addTo(timeline, way);
            }
            return sample;
        }
    }

    private String text(int runs, Plot plot) throws IOException {
        return INTRODUCTION.replace("RUNS", Integer.toString(runs)).replace("MACHINE", Benchmarks.machine())
                + results.table(
                        Figure.DOWNTIME, Figure.SILENCE, Figure.LONGEST_GAP, Figure.TOTAL, Figure.SENT, Figure.FAULTS)
                + "\nWhat the guest did, in 1000 pages/s: written, or verified by an idle guest.\n\n"
                + results.table(Figure.BEFORE, Figure.DURING, Figure.AFTER)
                + "\nWhat it took.\n\n"
                + results.table(
                        Figure.SOURCE_CPU,
                        Figure.DESTINATION_CPU,
                        Figure.VMM_CPU,
                        Figure.SOURCE_OWN,
                        Figure.DESTINATION_OWN,
                        Figure.SOURCE_PEAK,
                        Figure.DESTINATION_PEAK)
                + "\nBeside QEMU's own.\n\n"
                + Reach.table(REACH, QemuWay.OURS, results)
                + "\n![" + plot.title() + "](benchmarks/" + plot.name() + ".svg)\n";
    }

    private static Reach reach(Figure figure, Guest guest, QemuWay reference, String wanted) {
        return new Reach(figure, guest.name(), reference.label(), wanted);
    }

    private static final Set<QemuWay> IN_TIMELINE =
            EnumSet.of(QemuWay.HYBRID_STANDBY, QemuWay.OWN_TUNED, QemuWay.OWN_POSTCOPY);

    private static final List<Reach> REACH = List.of(
            reach(Figure.DOWNTIME, THROTTLED, QemuWay.OWN_TUNED, "<= 1.2"),
            reach(Figure.DOWNTIME, UNTHROTTLED, QemuWay.OWN_TUNED, "<= 0.9"),
            reach(Figure.DOWNTIME, THROTTLED, QemuWay.OWN_DEFAULT, "<= 0.3"),
            reach(Figure.DOWNTIME, UNTHROTTLED, QemuWay.OWN_DEFAULT, "<= 0.3"),
            reach(Figure.DOWNTIME, THROTTLED, QemuWay.OWN_POSTCOPY, "<= 0.5"),
            reach(Figure.DOWNTIME, UNTHROTTLED, QemuWay.OWN_POSTCOPY, "<= 0.5"),
            reach(Figure.TOTAL, IDLE, QemuWay.OWN_TUNED, "<= 0.5"),
            reach(Figure.TOTAL, THROTTLED, QemuWay.OWN_TUNED, "<= 0.5"),
            reach(Figure.TOTAL, UNTHROTTLED, QemuWay.OWN_TUNED, "<= 0.5"),
            reach(Figure.AFTER, THROTTLED, QemuWay.OWN_POSTCOPY, ">= 1.5"),
            reach(Figure.AFTER, UNTHROTTLED, QemuWay.OWN_POSTCOPY, ">= 1.5"),
            reach(Figure.AFTER, UNTHROTTLED, QemuWay.OWN_PREEMPT, ">= 1.5"));

    private static final String TITLE = "An unmodified QEMU: Faultline beside QEMU's own migration";

    private static final String INTRODUCTION = """
                ./dev bench qemu runs=RUNS

            The same guest of 1 GiB, of which 256 MiB are rewritten and 512 MiB verified only (TCG: 512 MiB, 100 and 28), is moved
            between two QEMU processes on one host, over loopback TCP, in turns: RUNS runs of each, medians (smallest-largest). Every run is
            checked: each heartbeat once, and no wrong page. Two QEMUs and two engines share the processors, so that what they do
            takes time from the guest, and from each other.

            - *downtime*: from the source's STOP event to the destination's RESUME event, by QEMU's own timestamps.
            - *silence*: between the last heartbeat on the source and the first on the destination; one is due every 10 ms. *Longest gap*:
              the longest time without one from the command to a second after the end.
            - *total*: from the engine's start (Faultline; its JVM's start left out), or the command (QEMU), to the end, when the source
              can be released. *Standing by*: both engines were attached, rehearsed and connected (`--standby`), and began when told.
            - *pages/s*: in the second before the command, from the command to the end, and in the second after the resume, by what
              heartbeats say. Of an idle guest those that it verified, of others those that it wrote.
            - *CPU*: an engine's whole process from its start to its end, its JVM's start and a rehearsal included, to 20 ms. QEMUs' CPU:
              both QEMUs without their vCPUs' threads, from before the first engine's start, or the command, to the end; that is QEMU's
              migration (its threads for it, and the main thread, which loads), its monitors and devices, but not what the guest's own
              faults take in the kernel.
            - *own MiB*: the most that was resident of an engine but for shared memory; *peak RSS* (VmHWM) also counts the guest's pages that
              it has mapped, which QEMU counts too.
            - QEMU's pre-copy default is 300 ms of downtime and 128 MiB/s; all others have no limit of bandwidth. Its post-copy begins after
              300 ms of pre-copy, as is usual; Faultline's postcopy mode copies nothing before. A pre-copy that has not ended after 15 s is given up.
            - QEMU 7.2's pre-copy under TCG loses writes of its guests, and is left out there.

            MACHINE.

            """;
}
