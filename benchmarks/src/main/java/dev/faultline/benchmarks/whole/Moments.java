package dev.faultline.benchmarks.whole;

import dev.faultline.qemu.lab.QemuVm;
import dev.faultline.qemu.lab.qmp.QmpEvent;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.concurrent.TimeUnit;

/**
 * When things happened in a migration of a QEMU, by {@link System#nanoTime}.
 *
 * @param beginNanos the command
 * @param stopNanos the source's last STOP
 * @param resumeNanos the destination's RESUME
 * @param endNanos when the source was releasable
 */
public record Moments(long beginNanos, long stopNanos, long resumeNanos, long endNanos) {

    /**
     * {@return the moments of a migration that has just been made, by the events of its machines}
     *
     * @param source from where
     * @param destination to where
     * @param beginNanos the command
     * @param totalNanos how long it took from then
     */
    public static Moments of(QemuVm source, QemuVm destination, long beginNanos, long totalNanos) {
        return new Moments(beginNanos, last(source, "STOP"), last(destination, "RESUME"), beginNanos + totalNanos);
    }

    private static long last(QemuVm machine, String event) {
        long micros = machine.watch().events().stream()
                .filter(one -> one.name().equals(event))
                .mapToLong(QmpEvent::timestampMicros)
                .max()
                .orElseThrow();
        long agoMicros = ChronoUnit.MICROS.between(Instant.EPOCH, Instant.now()) - micros;
        return System.nanoTime() - TimeUnit.MICROSECONDS.toNanos(agoMicros);
    }
}
