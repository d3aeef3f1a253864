package dev.faultline.benchmarks.whole;

import dev.faultline.qemu.lab.QemuVm;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.locks.LockSupport;
import tools.jackson.databind.JsonNode;

/**
 * The processor time of machines' QEMUs apart from that of their vCPUs: what moves memory, saves devices and answers. It is
 * looked at again and again, because a source may end when it is not needed any more.
 */
public final class VmmUse implements AutoCloseable {
    private static final long PERIOD_NANOS = 20_000_000;
    private static final double NANOS_PER_SECOND = 1e9;

    private static final class Machine {
        private final long processId;
        private final List<Long> vcpuThreads = new ArrayList<>();
        private final long beginNanos;
        private volatile long nowNanos;

        Machine(QemuVm vm) {
            processId = vm.processId();
            for (JsonNode vcpu : vm.watch().execute("query-cpus-fast")) {
                vcpuThreads.add(vcpu.path("thread-id").asLong());
            }
            look();
            beginNanos = nowNanos;
        }

        void look() {
            long nanos = 0;
            for (long thread : vcpuThreads) {
                OptionalLong vcpu = ProcessUse.cpuNanos(processId, thread);
                if (vcpu.isEmpty()) {
                    return; // it ends: what was seen last stands
                }
                nanos -= vcpu.getAsLong();
            }
            OptionalLong all = ProcessUse.cpuNanos(processId);
            if (all.isPresent()) {
                nowNanos = nanos + all.getAsLong();
            }
        }

        long usedNanos() {
            return nowNanos - beginNanos;
        }
    }

    private final List<Machine> machines;
    private volatile boolean closed;

    private VmmUse(List<Machine> machines) {
        this.machines = machines;
        Thread.ofPlatform().daemon().name("watch-vmms").start(this::watch);
    }

    /**
     * Begins to count.
     *
     * @param vms of which machines
     * @return what counts
     */
    public static VmmUse of(QemuVm... vms) {
        return new VmmUse(List.of(vms).stream().map(Machine::new).toList());
    }

    private void watch() {
        while (!closed) {
            LockSupport.parkNanos(PERIOD_NANOS);
            machines.forEach(Machine::look);
        }
    }

    /** {@return the processor time since, in seconds, but for what a machine took in its last 20 ms} */
    public double seconds() {
        return machines.stream().mapToLong(Machine::usedNanos).sum() / NANOS_PER_SECOND;
    }

    /** Counts no more. */
    @Override
    public void close() {
        closed = true;
    }
}
