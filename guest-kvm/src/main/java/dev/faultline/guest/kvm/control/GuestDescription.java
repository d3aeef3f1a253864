package dev.faultline.guest.kvm.control;

import dev.faultline.guest.kvm.machine.Machine;
import dev.faultline.guest.kvm.machine.MachineType;
import dev.faultline.guest.kvm.workload.MemoryMap;
import dev.faultline.guest.kvm.workload.Workload;
import dev.faultline.uffd.memory.PageSize;

/**
 * What a guest is, fixed when its process began.
 *
 * @param machine what runs it
 * @param why the reason for that kind of machine, one clause
 * @param vcpus how many processors it has
 * @param memoryBytes how much memory it has
 * @param pageSize the page size of its memory file
 * @param workingSetBytes how much of it the workload writes all the time
 * @param coldSetBytes how much more of it the workload touches now and then
 * @param writeRatePagesPerSecond how many pages of 4096 bytes all vCPUs together write at most, 0 for no limit
 */
public record GuestDescription(
        MachineType machine,
        String why,
        int vcpus,
        long memoryBytes,
        PageSize pageSize,
        long workingSetBytes,
        long coldSetBytes,
        long writeRatePagesPerSecond) {

    /**
     * {@return the description of a machine}
     *
     * @param machine what runs the guest
     * @param why the reason for that kind of machine, one clause
     */
    public static GuestDescription of(Machine machine, String why) {
        MemoryMap map = machine.memoryMap();
        Workload workload = map.workload();
        return new GuestDescription(
                machine.type(),
                why,
                workload.vcpuCount(),
                map.memoryBytes(),
                map.pageSize(),
                workload.hotBytes(),
                workload.coldBytes(),
                workload.pagesPerSecond() * workload.vcpuCount());
    }
}
