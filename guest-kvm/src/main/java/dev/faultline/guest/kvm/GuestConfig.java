package dev.faultline.guest.kvm;

import dev.faultline.guest.kvm.workload.Workload;
import dev.faultline.migration.guest.GuestException;
import dev.faultline.uffd.memory.PageSize;
import java.util.OptionalLong;

/**
 * What a guest's process is to be.
 *
 * @param controlName where its control socket listens: a path, or {@code @name} in the abstract namespace
 * @param memoryBytes how much memory the guest has, a multiple of 2 MiB
 * @param pageSize the page size of its memory file, 4 KiB or 2 MiB
 * @param vcpus how many vCPUs it has
 * @param workingSetBytes how much of its memory it rewrites all the time
 * @param coldSetBytes how much more of it it touches now and then, or 0
 * @param writeRatePagesPerSecond how many pages of 4096 bytes all vCPUs together write at most, or 0 for no limit;
 *     rounded up to a whole number for each vCPU
 * @param incoming whether the guest comes from another host, instead of booting afresh
 * @param startPaused whether a fresh guest waits for {@code resume}, instead of running at once
 * @param machine what it is to run on
 * @param parentProcessId the parent that this process is to die with, if any
 */
public record GuestConfig(
        String controlName,
        long memoryBytes,
        PageSize pageSize,
        int vcpus,
        long workingSetBytes,
        long coldSetBytes,
        long writeRatePagesPerSecond,
        boolean incoming,
        boolean startPaused,
        MachineChoice machine,
        OptionalLong parentProcessId) {

    private static final int HOT_PAGES_PER_COLD_PAGE = 16;

    /**
     * Checks what does not depend on the host.
     *
     * @throws GuestException if a setting is impossible
     */
    public GuestConfig {
        if (controlName.isEmpty() || controlName.equals("@")) {
            throw new GuestException("A guest needs a control name: a path, or @ and a name");
        }
        if (memoryBytes <= 0 || memoryBytes % pageSize.bytes() != 0) {
            throw new GuestException("A guest's memory is a whole number of pages of " + pageSize.bytes()
                    + " bytes, which " + memoryBytes + " bytes are not");
        }
        if (pageSize == PageSize.SIZE_1G) {
            throw new GuestException("A guest's memory has pages of 4 KiB or of 2 MiB, and not of 1 GiB");
        }
        if (writeRatePagesPerSecond < 0) {
            throw new GuestException("A write rate of " + writeRatePagesPerSecond + " pages per second is impossible");
        }
    }

    /**
     * {@return what the guest does}
     *
     * @throws GuestException if that is impossible
     */
    Workload workload() {
        try {
            long ratePerVcpu = Math.ceilDiv(writeRatePagesPerSecond, Math.max(1, vcpus));
            return new Workload(vcpus, workingSetBytes, coldSetBytes, HOT_PAGES_PER_COLD_PAGE, ratePerVcpu);
        } catch (IllegalArgumentException e) {
            throw new GuestException("This guest is impossible: " + e.getMessage(), e);
        }
    }
}
