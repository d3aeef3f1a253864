package dev.faultline.guest.kvm.machine;

import dev.faultline.guest.kvm.workload.MemoryMap;
import dev.faultline.guest.kvm.workload.Workload;
import dev.faultline.migration.guest.GuestState;
import dev.faultline.uffd.memory.GuestMapping;
import dev.faultline.uffd.memory.Memfd;
import java.util.stream.IntStream;

/**
 * The machine for hosts without KVM: a thread in place of each vCPU does the same work on the same memory, finds the same
 * faults and keeps the same counters. It differs in that a thread that waits for a page fault cannot be paused.
 */
public final class NativeMachine extends VcpuMachine {
    private NativeMachine(MemoryMap map, GuestMapping mapping, GuestState state) {
        super(
                MachineType.NATIVE,
                map,
                IntStream.range(0, map.workload().vcpuCount())
                        .mapToObj(id -> new NativeCpu(id, map, mapping))
                        .toList(),
                state);
    }

    /**
     * Makes a paused machine with a fresh guest.
     *
     * @param workload what the guest does
     * @param file its memory, all zero
     * @param mapping the mapping of that file through which the guest runs
     * @return the machine
     * @throws IllegalArgumentException if the workload does not fit into the memory
     */
    public static NativeMachine boot(Workload workload, Memfd file, GuestMapping mapping) {
        return new NativeMachine(layOut(workload, file, mapping), mapping, GuestState.PAUSED);
    }

    /**
     * Makes a machine that waits for a state.
     *
     * @param workload what the guest does on the machine that it comes from
     * @param file its memory
     * @param mapping the mapping of that file through which the guest will run
     * @return the machine
     * @throws IllegalArgumentException if the workload does not fit into the memory
     */
    public static NativeMachine incoming(Workload workload, Memfd file, GuestMapping mapping) {
        return new NativeMachine(layOut(workload, file, mapping), mapping, GuestState.INCOMING);
    }

    @Override
    void closeHypervisor() {
        // There is none.
    }
}
