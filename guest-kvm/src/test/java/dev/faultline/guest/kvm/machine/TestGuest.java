package dev.faultline.guest.kvm.machine;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.faultline.guest.kvm.workload.Workload;
import dev.faultline.testing.KvmDevice;
import dev.faultline.uffd.memory.AliasMapping;
import dev.faultline.uffd.memory.GuestMapping;
import dev.faultline.uffd.memory.Memfd;
import dev.faultline.uffd.memory.PageSize;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;
import java.util.stream.IntStream;

/** A guest's memory, and the machines that run it one after another. */
final class TestGuest implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    /** Skips the running test where this host has no KVM and it is asked for. */
    static void require(MachineType type) {
        if (type == MachineType.KVM) {
            KvmDevice.require();
        }
    }

    private final MachineType type;
    private final Workload workload;
    private final Memfd file;
    private final AliasMapping alias;
    private final List<GuestMapping> mappings = new ArrayList<>();
    private final List<Machine> machines = new ArrayList<>();

    TestGuest(MachineType type, Workload workload, long memoryBytes, PageSize pageSize) {
        this.type = type;
        this.workload = workload;
        file = Memfd.create("test-guest", memoryBytes, pageSize);
        alias = file.mapAlias();
    }

    /** The alias of its memory. */
    MemorySegment memory() {
        return alias.segment();
    }

    GuestMapping map() {
        GuestMapping mapping = file.mapGuest();
        mappings.add(mapping);
        return mapping;
    }

    Machine boot() {
        return keep(type.boot(workload, file, map()));
    }

    Machine incoming() {
        return incoming(workload);
    }

    Machine incoming(Workload otherWorkload) {
        return keep(type.incoming(otherWorkload, file, map()));
    }

    Machine incoming(GuestMapping mapping) {
        return keep(type.incoming(workload, file, mapping));
    }

    private Machine keep(Machine machine) {
        machines.add(machine);
        return machine;
    }

    long allocatedBytes() {
        return file.allocatedBytes();
    }

    /** A copy of all its memory. */
    MemorySegment snapshot(Arena arena) {
        return arena.allocate(memory().byteSize()).copyFrom(memory());
    }

    void flipBit(long guestAddress) {
        byte old = memory().get(JAVA_BYTE, guestAddress);
        memory().set(JAVA_BYTE, guestAddress, (byte) (old ^ 1));
    }

    /** Waits until a machine's counters are as wanted. */
    static MachineStats await(Machine machine, Predicate<MachineStats> wanted) {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        MachineStats stats = machine.stats();
        while (!wanted.test(stats)) {
            assertThat(stats.failure()).isEmpty();
            assertThat(System.nanoTime() - deadline)
                    .as("time over; counters: %s", stats)
                    .isNegative();
            LockSupport.parkNanos(Duration.ofMillis(1).toNanos());
            stats = machine.stats();
        }
        return stats;
    }

    /** Lets it run until each vCPU has come some passes further, and pauses it. */
    static MachineStats runPasses(Machine machine, int passes) {
        List<Long> wanted = machine.stats().vcpus().stream()
                .map(vcpu -> vcpu.passes() + passes)
                .toList();
        machine.resume();
        await(
                machine,
                stats -> IntStream.range(0, wanted.size())
                        .allMatch(i -> stats.vcpus().get(i).passes() >= wanted.get(i)));
        machine.pause();
        return machine.stats();
    }

    /** The machines that touch the mappings go first. */
    @Override
    public void close() {
        machines.forEach(Machine::close);
        mappings.forEach(GuestMapping::close);
        alias.close();
        file.close();
    }
}
