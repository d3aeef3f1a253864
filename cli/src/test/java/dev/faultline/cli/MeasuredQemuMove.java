package dev.faultline.cli;

import static java.util.Objects.requireNonNull;

import dev.faultline.benchmarks.whole.EngineWatch;
import dev.faultline.benchmarks.whole.Figure;
import dev.faultline.benchmarks.whole.GuestPace;
import dev.faultline.benchmarks.whole.Moments;
import dev.faultline.benchmarks.whole.Sample;
import dev.faultline.benchmarks.whole.Timeline;
import dev.faultline.benchmarks.whole.VmmUse;
import dev.faultline.qemu.lab.QemuVm;
import dev.faultline.qemu.lab.host.LabException;
import dev.faultline.qemu.lab.own.OwnMode;
import dev.faultline.qemu.lab.own.OwnResult;
import dev.faultline.qemu.lab.own.QemuOwnMigration;
import dev.faultline.qemu.lab.serial.Continuity;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** Moves a guest from one QEMU to another in one way, and says what that was like. */
final class MeasuredQemuMove {
    private static final Duration LIMIT = Duration.ofMinutes(2);
    private static final long SECOND_NANOS = 1_000_000_000;
    private static final double NANOS_PER_MILLI = 1e6;
    private static final double MEBIBYTE = 1 << 20;

    private final QemuVm source;
    private final QemuVm destination;
    private final Duration ownLimit;
    private final Sample sample = new Sample();
    private @Nullable Moments moments;
    private @Nullable GuestPace pace;

    /** A move that is yet to be made; QEMU's own pre-copy is given up when a time is over. */
    MeasuredQemuMove(QemuVm source, QemuVm destination, Duration ownLimit) {
        this.source = source;
        this.destination = destination;
        this.ownLimit = ownLimit;
    }

    Sample run(QemuWay way, Path journals) {
        source.serial().awaitHeartbeats(2 * beatsPerSecond(), LIMIT);
        try (VmmUse vmms = VmmUse.of(source, destination)) {
            if (way.isOwn()) {
                own(way.ownMode());
            } else {
                ours(way, journals);
            }
            if (sample.isFinished()) {
                sample.with(Figure.VMM_CPU, vmms.seconds());
                lookAtGuest();
            }
        }
        return sample;
    }

    /** Draws what the guest did, if it was moved. */
    void addTo(Timeline timeline, QemuWay way) {
        if (pace != null && moments != null) {
            timeline.put(way.label(), pace, moments.stopNanos());
        }
    }

    private void own(OwnMode mode) {
        long beginNanos = System.nanoTime();
        OwnResult result;
        try {
            result = QemuOwnMigration.run(source, destination, "127.0.0.1", mode, ownLimit);
        } catch (LabException e) {
            if (mode.postcopy()) {
                throw e;
            }
            return; // pre-copy need not converge
        }
        moments = Moments.of(source, destination, beginNanos, TimeUnit.MILLISECONDS.toNanos(result.totalMillis()));
        sample.with(Figure.DOWNTIME, result.downtimeMicros() / 1e3)
                .with(Figure.TOTAL, (double) result.totalMillis())
                .with(Figure.SENT, result.transferredBytes() / MEBIBYTE);
    }

    private void ours(QemuWay way, Path journals) {
        Map<String, EngineWatch> watches = new HashMap<>();
        try (QemuMove move = new QemuMove(source, destination, null, journals)) {
            move.whenStarted((command, engine) -> watches.put(command, EngineWatch.of(engine.processId())));
            String[] options = {"--mode", way.mode()};
            QemuMove.Result result = way.isStandby() ? move.runFromStandby(options) : move.run(options);
            long totalNanos = result.sent().path("totalNanos").asLong();
            moments = Moments.of(source, destination, result.beginNanos(), totalNanos);
            sample.with(Figure.DOWNTIME, result.downtimeMicros() / 1e3)
                    .with(Figure.TOTAL, totalNanos / NANOS_PER_MILLI)
                    .with(Figure.SENT, result.sent().path("sentBytes").asLong() / MEBIBYTE)
                    .with(Figure.FAULTS, faults(result.received()));
        }
        EngineWatch sender = requireNonNull(watches.get("migrate"));
        EngineWatch receiver = requireNonNull(watches.get("receive"));
        sample.with(Figure.SOURCE_CPU, sender.cpuSeconds())
                .with(Figure.DESTINATION_CPU, receiver.cpuSeconds())
                .with(Figure.SOURCE_OWN, sender.ownMebibytes())
                .with(Figure.DESTINATION_OWN, receiver.ownMebibytes())
                .with(Figure.SOURCE_PEAK, sender.peakMebibytes())
                .with(Figure.DESTINATION_PEAK, receiver.peakMebibytes());
    }

    private static double faults(JsonNode received) {
        long faults = 0;
        for (JsonNode kind : received.path("faults")) {
            faults += kind.path("count").asLong();
        }
        return faults;
    }

    private void lookAtGuest() {
        // More than a second of them: of a guest that waits for pages some are late.
        destination.serial().awaitHeartbeats(beatsPerSecond() * 11 / 10, LIMIT);
        Continuity continuity = Continuity.of(source.log(), destination.log());
        continuity.assertUnbroken();
        boolean idle = source.spec().load().pagesPerSecond() == 0;
        GuestPace guest = new GuestPace(continuity.heartbeats(), idle);
        Moments when = requireNonNull(moments);
        long begin = when.beginNanos();
        long resume = when.resumeNanos();
        sample.with(Figure.SILENCE, continuity.handOverGapsMillis().getFirst())
                .with(Figure.LONGEST_GAP, guest.longestGapMillis(begin, when.endNanos() + SECOND_NANOS))
                .with(Figure.BEFORE, guest.pagesPerSecond(begin - SECOND_NANOS, begin) / 1000)
                .with(Figure.DURING, guest.pagesPerSecond(begin, when.endNanos()) / 1000)
                .with(Figure.AFTER, guest.pagesPerSecond(resume, resume + SECOND_NANOS) / 1000);
        pace = guest;
    }

    private int beatsPerSecond() {
        return 1000 / source.spec().load().heartbeatMillis();
    }
}
