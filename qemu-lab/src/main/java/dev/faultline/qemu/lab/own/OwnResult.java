package dev.faultline.qemu.lab.own;

/**
 * What a migration by QEMU itself was like.
 *
 * @param mode how it was done
 * @param downtimeMicros from the source's STOP event to the destination's RESUME event
 * @param totalMillis from the command to its completion, by our clock
 * @param qemuDowntimeMillis what the source's query-migrate calls downtime
 * @param qemuTotalMillis what the source's query-migrate calls total-time
 * @param transferredBytes memory that went over the link
 * @param rounds how often the source went over its dirty pages
 * @param requests pages that the destination has asked for
 */
public record OwnResult(
        OwnMode mode,
        long downtimeMicros,
        long totalMillis,
        long qemuDowntimeMillis,
        long qemuTotalMillis,
        long transferredBytes,
        long rounds,
        long requests) {}
