package dev.faultline.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faultline.benchmarks.report.Benchmarks;
import dev.faultline.qemu.lab.Accelerator;
import dev.faultline.qemu.lab.Backing;
import dev.faultline.qemu.lab.QemuVm;
import dev.faultline.qemu.lab.VmSpec;
import dev.faultline.qemu.lab.guest.GuestLoad;
import dev.faultline.qemu.lab.host.LabException;
import dev.faultline.qemu.lab.host.LabHost;
import dev.faultline.qemu.lab.own.OwnMode;
import dev.faultline.qemu.lab.own.OwnResult;
import dev.faultline.qemu.lab.own.QemuOwnMigration;
import dev.faultline.qemu.lab.serial.Continuity;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.AnnotatedElementContext;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.io.TempDirFactory;
import tools.jackson.databind.JsonNode;

/**
 * The same guest moved by Faultline and by QEMU itself, in turns. {@code ./dev bench qemu runs=5} writes the table; the
 * short form shows that each way works.
 */
class QemuBenchIT {
    private static final Duration LIMIT = Duration.ofMinutes(2);
    private static final Duration OWN_LIMIT = Duration.ofSeconds(30);
    private static final long MEMORY_BYTES = 512L << 20;
    private static final int BEATS_AFTER = 100;
    private static final String STANDBY = ", standing by";

    private final Soak soak = new Soak("bench-qemu");

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

    /** One way of moving a guest. */
    private record Way(String name, Backing backing, String option) {
        static Way faultline(String mode) {
            return new Way("Faultline, " + mode, Backing.FILE, mode);
        }

        static Way standby(String mode) {
            return new Way("Faultline, " + mode + STANDBY, Backing.FILE, mode);
        }

        boolean isStandby() {
            return name.endsWith(STANDBY);
        }

        static Way own(String name, OwnMode mode) {
            return new Way("QEMU, " + name, Backing.PRIVATE, mode.name());
        }

        boolean isOwn() {
            return backing == Backing.PRIVATE;
        }
    }

    private record Guest(String name, Accelerator accelerator, int pagesPerSecond, List<Way> ways) {}

    private record Sample(
            double downtimeMillis, double silenceMillis, double totalMillis, double sentMib, double faults) {
        static final Sample NONE = new Sample(Double.NaN, Double.NaN, Double.NaN, Double.NaN, Double.NaN);
    }

    private static final List<Way> UNDER_KVM = List.of(
            Way.standby("hybrid"),
            Way.faultline("hybrid"),
            Way.own("pre-copy, downtime-limit=5", OwnMode.PRECOPY_TUNED),
            Way.standby("postcopy"),
            Way.faultline("postcopy"),
            Way.own("post-copy", OwnMode.POSTCOPY),
            Way.own("pre-copy, default", OwnMode.PRECOPY_DEFAULT));

    /** QEMU 7.2's pre-copy under TCG loses writes of its guests: its numbers would mean nothing. */
    private static final List<Way> UNDER_TCG =
            List.of(Way.faultline("hybrid"), Way.faultline("postcopy"), Way.own("post-copy", OwnMode.POSTCOPY));

    private static final List<Guest> GUESTS = List.of(
            new Guest("KVM, 10,000 pages/s", Accelerator.KVM, 10_000, UNDER_KVM),
            new Guest("KVM, unthrottled", Accelerator.KVM, GuestLoad.UNTHROTTLED, UNDER_KVM),
            new Guest("TCG Linux, 10,000 pages/s", Accelerator.TCG, 10_000, UNDER_TCG));

    @BeforeAll
    static void requireTools() {
        LabHost.requireQemu();
    }

    @Test
    void theSameGuestIsMovedInEachWay() throws IOException {
        int runs = soak.number("runs", 1);
        Map<String, List<Sample>> samples = new LinkedHashMap<>();
        for (int run = 0; run < runs; run++) {
            // In the short form one guest only: that each way works is shown by it.
            for (Guest guest : soak.isRequested() ? GUESTS : GUESTS.subList(0, 1)) {
                for (Way way : guest.ways()) {
                    Sample sample = move(guest, way, run);
                    samples.computeIfAbsent(guest.name() + " | " + way.name(), _ -> new ArrayList<>())
                            .add(sample);
                }
            }
        }
        assertThat(samples.values()).allSatisfy(list -> assertThat(list).hasSize(runs));
        if (soak.isRequested()) {
            Benchmarks.write(TITLE, text(runs, samples));
        }
    }

    private Sample move(Guest guest, Way way, int run) throws IOException {
        VmSpec spec = VmSpec.of("b" + run, guest.accelerator(), GuestLoad.of(guest.pagesPerSecond()))
                .withMemory(MEMORY_BYTES, way.backing());
        try (QemuVm source = QemuVm.start(spec);
                QemuVm destination = QemuVm.start(spec.incoming("b" + run + "-to"))) {
            source.awaitReady();
            source.serial().awaitHeartbeats(50, LIMIT);
            return way.isOwn()
                    ? own(source, destination, OwnMode.valueOf(way.option()))
                    : ours(source, destination, way, run);
        }
    }

    private static Sample own(QemuVm source, QemuVm destination, OwnMode mode) {
        OwnResult result;
        try {
            result = QemuOwnMigration.run(source, destination, "127.0.0.1", mode, OWN_LIMIT);
        } catch (LabException e) {
            if (mode != OwnMode.PRECOPY_DEFAULT) {
                throw e;
            }
            return Sample.NONE; // it need not converge
        }
        double silence = silenceMillis(source, destination);
        return new Sample(
                result.downtimeMicros() / 1e3,
                silence,
                result.totalMillis(),
                result.transferredBytes() / (double) (1 << 20),
                Double.NaN);
    }

    private Sample ours(QemuVm source, QemuVm destination, Way way, int run) throws IOException {
        Path directory = Files.createTempDirectory(journals, "run" + run);
        try (QemuMove move = new QemuMove(source, destination, null, directory)) {
            String[] options = {"--mode", way.option()};
            QemuMove.Result result = way.isStandby() ? move.runFromStandby(options) : move.run(options);
            double silence = silenceMillis(source, destination);
            return new Sample(
                    result.downtimeMicros() / 1e3,
                    silence,
                    result.sent().path("totalNanos").asLong() / 1e6,
                    result.sent().path("sentBytes").asLong() / (double) (1 << 20),
                    faults(result.received()));
        }
    }

    private static double faults(JsonNode received) {
        long faults = 0;
        for (JsonNode kind : received.path("faults")) {
            faults += kind.path("count").asLong();
        }
        return faults;
    }

    private static double silenceMillis(QemuVm source, QemuVm destination) {
        destination.serial().awaitHeartbeats(BEATS_AFTER, LIMIT);
        Continuity continuity = Continuity.of(source.log(), destination.log());
        continuity.assertUnbroken();
        return continuity.handOverGapsMillis().getFirst();
    }

    private static String text(int runs, Map<String, List<Sample>> samples) throws IOException {
        StringBuilder text = new StringBuilder(
                INTRODUCTION.replace("RUNS", Integer.toString(runs)).replace("MACHINE", Benchmarks.machine()));
        samples.forEach((name, list) -> text.append("| ")
                .append(name)
                .append(unfinished(list))
                .append(cell(list, Sample::downtimeMillis))
                .append(cell(list, Sample::silenceMillis))
                .append(cell(list, Sample::totalMillis))
                .append(cell(list, Sample::sentMib))
                .append(cell(list, Sample::faults))
                .append(" |\n"));
        return text.toString();
    }

    private static String unfinished(List<Sample> samples) {
        long unfinished = samples.stream()
                .filter(sample -> Double.isNaN(sample.totalMillis()))
                .count();
        return unfinished == 0
                ? ""
                : " (" + unfinished + " of " + samples.size() + " did not end in " + OWN_LIMIT.toSeconds() + " s)";
    }

    private static String cell(List<Sample> samples, Function<Sample, Double> value) {
        double[] sorted = samples.stream()
                .mapToDouble(value::apply)
                .filter(number -> !Double.isNaN(number))
                .sorted()
                .toArray();
        if (sorted.length == 0) {
            return " | -";
        }
        double median = sorted[sorted.length / 2];
        String format = median < 100 ? "%.1f" : "%.0f";
        return " | " + String.format(Locale.ROOT, format, median) + " ("
                + String.format(Locale.ROOT, format, sorted[0]) + "-"
                + String.format(Locale.ROOT, format, sorted[sorted.length - 1]) + ")";
    }

    private static final String TITLE = "An unmodified QEMU: Faultline beside QEMU's own migration";

    private static final String INTRODUCTION = """
                ./dev bench qemu runs=RUNS

            The same guest of 512 MiB, of which 100 MiB are rewritten and 28 MiB verified only, is moved between two QEMU processes on
            one host, over loopback TCP, in turns: RUNS runs of each, medians (smallest-largest). Every run is checked: each heartbeat
            once, and no wrong page.

            - *downtime*: from the source's STOP event to the destination's RESUME event, by QEMU's own timestamps.
            - *silence*: between the last heartbeat on the source and the first on the destination; one is due every 10 ms.
            - *total*: from the engine's start (Faultline; its JVM's start left out), or the command (QEMU), to the end. *Standing by*: both
              engines had attached and rehearsed (`--standby`), and began when they were told.
            - QEMU's pre-copy default is 300 ms of downtime and 128 MiB/s; all others have no limit of bandwidth. Its post-copy begins after
              300 ms of pre-copy, as is usual; Faultline's postcopy mode copies nothing before.
            - QEMU 7.2's pre-copy under TCG loses writes of its guests, and is left out there.
            - Of Faultline's downtime about 5 ms are QEMU's own (saving and loading devices); the rest is steps of several processes, each of
              which has to be given a processor: two QEMUs and two engines share two.

            MACHINE.

            | guest | by | downtime ms | silence ms | total ms | sent MiB | faults |
            | --- | --- | --- | --- | --- | --- | --- |
            """;
}
