package dev.faultline.guest.kvm.workload;

/**
 * What the guest does. Each vCPU rewrites its part of the hot set again and again, and touches a page of its part of the
 * cold set now and then; every page is checked before it is rewritten.
 *
 * @param vcpuCount how many vCPUs share the work, 1 to {@value #MAX_VCPUS}
 * @param hotBytes the working set of all vCPUs together, in bytes; at least one page of 4096 bytes for each
 * @param coldBytes the cold set of all vCPUs together, in bytes, or 0 for none; it is filled before the hot set is begun.
 *     A vCPU's part is rounded down to a power of two of pages, at least 2
 * @param hotPagesPerColdPage how many hot pages a vCPU touches before it touches one cold page, at least 1
 * @param pagesPerSecond how many pages each vCPU writes per second, or 0 for as many as it can
 */
public record Workload(int vcpuCount, long hotBytes, long coldBytes, int hotPagesPerColdPage, long pagesPerSecond) {
    /** The most vCPUs that a machine can have. */
    public static final int MAX_VCPUS = 64;

    /** The unit in which the guest checks and writes, in bytes, whatever the page size of its memory. */
    public static final int PAGE_BYTES = 4096;

    private static final int DEFAULT_HOT_PAGES_PER_COLD_PAGE = 16;
    private static final long MAX_PAGES_PER_SECOND = 1_000_000_000;

    /** Checks the settings. */
    public Workload {
        require(
                vcpuCount >= 1 && vcpuCount <= MAX_VCPUS,
                "a machine has 1 to " + MAX_VCPUS + " vCPUs, not " + vcpuCount);
        require(
                hotBytes >= (long) vcpuCount * PAGE_BYTES,
                "a working set of " + hotBytes + " bytes has no page for each of " + vcpuCount + " vCPUs");
        require(
                coldBytes == 0 || coldBytes >= 2L * vcpuCount * PAGE_BYTES,
                "a cold set of " + coldBytes + " bytes has no two pages for each of " + vcpuCount
                        + " vCPUs; 0 means none");
        require(
                hotPagesPerColdPage >= 1,
                "a cold page comes after 1 hot page at the earliest, not " + hotPagesPerColdPage);
        require(
                pagesPerSecond >= 0 && pagesPerSecond <= MAX_PAGES_PER_SECOND,
                "a write rate is 0 (no limit) to " + MAX_PAGES_PER_SECOND + " pages per second, not " + pagesPerSecond);
    }

    /**
     * {@return a workload with a hot set only, without a limit to its rate}
     *
     * @param vcpuCount how many vCPUs share the work
     * @param hotBytes the working set of all vCPUs together, in bytes
     */
    public static Workload of(int vcpuCount, long hotBytes) {
        return new Workload(vcpuCount, hotBytes, 0, DEFAULT_HOT_PAGES_PER_COLD_PAGE, 0);
    }

    /**
     * {@return the same with a cold set}
     *
     * @param bytes the cold set of all vCPUs together, in bytes
     * @param hotPages how many hot pages a vCPU touches before it touches one cold page
     */
    public Workload withCold(long bytes, int hotPages) {
        return new Workload(vcpuCount, hotBytes, bytes, hotPages, pagesPerSecond);
    }

    /**
     * {@return the same with a limit to its rate}
     *
     * @param rate how many pages each vCPU writes per second, or 0 for no limit
     */
    public Workload withPagesPerSecond(long rate) {
        return new Workload(vcpuCount, hotBytes, coldBytes, hotPagesPerColdPage, rate);
    }

    private static void require(boolean condition, String message) {
        if (!condition) {
            throw new IllegalArgumentException(message);
        }
    }
}
