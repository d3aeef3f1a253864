package dev.faultline.guest.kvm.control;

import dev.faultline.guest.kvm.machine.MachineStats;
import dev.faultline.guest.kvm.machine.VcpuStats;
import java.util.List;
import java.util.Optional;
import java.util.function.ToLongFunction;

/**
 * What a guest's workload has done and found since it was booted, on whichever hosts it ran: the sums of its vCPUs, and
 * of the gaps the longest.
 *
 * @param heartbeats signs of life
 * @param pagesVerified pages of 4096 bytes that it read and compared
 * @param pagesWritten pages of 4096 bytes that it wrote
 * @param passes how often a vCPU went through its working set
 * @param coldTouches touches of pages outside the working set
 * @param corruptions checks that found a page wrong
 * @param firstCorruption the first of them in words
 * @param longestGapMicros the longest time between two heartbeats of a vCPU that ran
 * @param pauseGapMicros how long the guest was silent for its latest pause, wherever it was resumed; 0 until all is
 *     known
 * @param failure why a vCPU will not run any more, if one will not
 * @param vcpus how far each vCPU is, in the order of their numbers
 */
public record GuestStatistics(
        long heartbeats,
        long pagesVerified,
        long pagesWritten,
        long passes,
        long coldTouches,
        long corruptions,
        Optional<String> firstCorruption,
        long longestGapMicros,
        long pauseGapMicros,
        Optional<String> failure,
        List<VcpuProgress> vcpus) {

    /** Keeps the list from changing. */
    public GuestStatistics {
        vcpus = List.copyOf(vcpus);
    }

    /**
     * {@return the sums of a machine's counters}
     *
     * @param stats its counters
     */
    public static GuestStatistics of(MachineStats stats) {
        return new GuestStatistics(
                stats.heartbeats(),
                stats.pagesVerified(),
                stats.pagesWritten(),
                stats.passes(),
                stats.coldTouches(),
                stats.corruptions(),
                stats.firstCorruption().map(Object::toString),
                longest(stats, VcpuStats::longestGapMicros),
                longest(stats, VcpuStats::pauseGapMicros),
                stats.failure(),
                stats.vcpus().stream()
                        .map(vcpu -> new VcpuProgress(vcpu.pagesVerified(), vcpu.coldTouches()))
                        .toList());
    }

    private static long longest(MachineStats stats, ToLongFunction<VcpuStats> gap) {
        return stats.vcpus().stream().mapToLong(gap).max().orElse(0);
    }
}
