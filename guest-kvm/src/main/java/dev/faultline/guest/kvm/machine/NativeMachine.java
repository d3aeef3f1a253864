package dev.faultline.guest.kvm.machine;

import dev.faultline.guest.kvm.workload.MemoryMap;
import dev.faultline.guest.kvm.workload.Workload;
import dev.faultline.migration.guest.GuestState;
import dev.faultline.uffd.memory.GuestMapping;
import dev.faultline.uffd.memory.Memfd;
import java.util.function.IntFunction;
import java.util.stream.IntStream;

/**
 * The machine for hosts without KVM: a thread in place of each vCPU does the same work on the same memory, finds the same
 * faults and keeps the same counters. It differs in that a thread that waits for a page fault cannot be paused.
 */
public final class NativeMachine extends VcpuMachine {
    private NativeMachine(MemoryMap map, IntFunction<GuestPages> memory, GuestState state) {
        super(
                MachineType.NATIVE,
                map,
                IntStream.range(0, map.workload().vcpuCount())
                        .mapToObj(id -> new JavaCpu(id, map, memory.apply(id)))
                        .toList(),
                state);
    }

    /**
     * Makes a machine over memory that is not behind a mapping of the kernel.
     *
     * @param map what the guest does, and where
     * @param memory gives each vCPU, by its number, its way to the memory
     * @param state PAUSED for a fresh guest, INCOMING for one that waits for a state
     * @return the machine
     */
    public static NativeMachine over(MemoryMap map, IntFunction<GuestPages> memory, GuestState state) {
        return new NativeMachine(map, memory, state);
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
        return new NativeMachine(layOut(workload, file, mapping), _ -> new MappedPages(mapping), GuestState.PAUSED);
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
        return new NativeMachine(layOut(workload, file, mapping), _ -> new MappedPages(mapping), GuestState.INCOMING);
    }

    @Override
    void closeHypervisor() {
        // There is none.
    }
}
