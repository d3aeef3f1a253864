package dev.faultline.guest.kvm.machine;

import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.ToLongFunction;

/**
 * A machine's counters.
 *
 * @param vcpus each vCPU's, in the order of their numbers
 */
public record MachineStats(List<VcpuStats> vcpus) {
    /** Keeps the list from changing. */
    public MachineStats {
        vcpus = List.copyOf(vcpus);
    }

    /** {@return heartbeats of all vCPUs} */
    public long heartbeats() {
        return sum(VcpuStats::heartbeats);
    }

    /** {@return pages checked by all vCPUs} */
    public long pagesVerified() {
        return sum(VcpuStats::pagesVerified);
    }

    /** {@return pages written by all vCPUs} */
    public long pagesWritten() {
        return sum(VcpuStats::pagesWritten);
    }

    /** {@return complete passes of all vCPUs together} */
    public long passes() {
        return sum(VcpuStats::passes);
    }

    /** {@return cold pages touched by all vCPUs} */
    public long coldTouches() {
        return sum(VcpuStats::coldTouches);
    }

    /** {@return wrong pages found by all vCPUs} */
    public long corruptions() {
        return sum(VcpuStats::corruptions);
    }

    /** {@return the first wrong page of the first vCPU that found one} */
    public Optional<Corruption> firstCorruption() {
        return vcpus.stream()
                .map(VcpuStats::firstCorruption)
                .filter(Objects::nonNull)
                .findFirst();
    }

    /** {@return why the first vCPU that failed will not run any more} */
    public Optional<String> failure() {
        return vcpus.stream().map(VcpuStats::failure).filter(Objects::nonNull).findFirst();
    }

    private long sum(ToLongFunction<VcpuStats> counter) {
        return vcpus.stream().mapToLong(counter).sum();
    }
}
