package dev.faultline.guest.kvm.workload;

import dev.faultline.uffd.memory.PageSize;
import java.util.ArrayList;
import java.util.List;

/**
 * Where everything is in the guest's memory. All areas begin at a multiple of 2 MiB, so that with huge pages no two of
 * them share one:
 *
 * <pre>
 * 0            2 MiB
 * | system     | hot 0 | hot 1 | ... | cold 0 | cold 1 | ... | rest, never touched |
 * </pre>
 *
 * The system area holds the program, its descriptor tables and its page tables.
 *
 * @param memoryBytes length of the guest's memory
 * @param pageSize page size of the memory file
 * @param workload what is laid out
 * @param areas each vCPU's part
 */
public record MemoryMap(long memoryBytes, PageSize pageSize, Workload workload, List<VcpuArea> areas) {
    /** Length of the system area at address 0, in bytes. */
    public static final long SYSTEM_BYTES = 2 << 20;

    /** The most memory a guest can have, in bytes: what the page tables in the system area can map. */
    public static final long MAX_MEMORY_BYTES = 256L << 30;

    private static final long ALIGNMENT = 2 << 20;
    private static final long MAX_HOT_PAGES = 1 << 24;

    /** Keeps the list from changing. */
    public MemoryMap {
        areas = List.copyOf(areas);
    }

    /**
     * Lays out a guest's memory.
     *
     * @param workload what it does
     * @param memoryBytes length of its memory, a multiple of 2 MiB
     * @param pageSize page size of its memory
     * @return where everything is
     * @throws IllegalArgumentException if it does not fit; the message says what is needed
     */
    public static MemoryMap of(Workload workload, long memoryBytes, PageSize pageSize) {
        if (memoryBytes <= 0 || memoryBytes % ALIGNMENT != 0 || memoryBytes > MAX_MEMORY_BYTES) {
            throw new IllegalArgumentException("guest memory of " + memoryBytes
                    + " bytes: it has to be a multiple of 2 MiB and at most " + (MAX_MEMORY_BYTES >> 30) + " GiB");
        }
        List<VcpuArea> areas = layOut(workload);
        long needed = areas.stream().mapToLong(VcpuArea::endAddress).max().orElseThrow();
        if (needed > memoryBytes) {
            throw new IllegalArgumentException("guest memory of " + mebibytes(memoryBytes)
                    + " MiB is too small: 2 MiB for"
                    + " the system, a working set of " + mebibytes(workload.hotBytes()) + " MiB and a cold set of "
                    + mebibytes(workload.coldBytes()) + " MiB need " + mebibytes(needed) + " MiB");
        }
        return new MemoryMap(memoryBytes, pageSize, workload, areas);
    }

    private static List<VcpuArea> layOut(Workload workload) {
        int count = workload.vcpuCount();
        long hotPages = workload.hotBytes() / Workload.PAGE_BYTES / count;
        if (hotPages > MAX_HOT_PAGES - 1) {
            throw new IllegalArgumentException("a working set of " + hotPages + " pages for each vCPU: at most "
                    + (MAX_HOT_PAGES - 1) + " are possible, use more vCPUs or a cold set");
        }
        long coldPages = Long.highestOneBit(workload.coldBytes() / Workload.PAGE_BYTES / count);
        long hotStride = alignUp(hotPages * Workload.PAGE_BYTES);
        long coldStride = alignUp(coldPages * Workload.PAGE_BYTES);
        long coldStart = SYSTEM_BYTES + count * hotStride;
        List<VcpuArea> areas = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            areas.add(new VcpuArea(SYSTEM_BYTES + i * hotStride, hotPages, coldStart + i * coldStride, coldPages));
        }
        return areas;
    }

    /** {@return the first address that the guest never touches; the rest of its memory stays a hole} */
    public long usedBytes() {
        return alignUp(areas.stream().mapToLong(VcpuArea::endAddress).max().orElse(SYSTEM_BYTES));
    }

    private static long alignUp(long bytes) {
        return (bytes + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    }

    /** Rounds up, so that what a message says is needed is enough. */
    private static long mebibytes(long bytes) {
        return (bytes + (1 << 20) - 1) >> 20;
    }
}
