package dev.faultline.simulation.vm;

import dev.faultline.uffd.memory.PageSize;
import java.util.List;

/**
 * What a machine is like, on both hosts alike.
 *
 * @param regions its memory
 * @param uffdsByRegion whether each region has a userfaultfd of its own
 * @param vcpus how many
 * @param stepNanos how long a vCPU takes for one block, while a migration goes on
 * @param writePercent how many of its steps write the block that they have checked
 * @param hotPercent how many of its steps are in the hot set
 * @param hotBlocks how many blocks of each vCPU are hot
 * @param filledPercent how many blocks have been written before the migration begins
 */
public record VmShape(
        List<Region> regions,
        boolean uffdsByRegion,
        int vcpus,
        long stepNanos,
        int writePercent,
        int hotPercent,
        int hotBlocks,
        int filledPercent) {
    /** One memory file. */
    public record Region(String name, int pages, PageSize pageSize) {
        long lengthBytes() {
            return pages * pageSize.bytes();
        }
    }
}
