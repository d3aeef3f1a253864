package dev.faultline.testing;

/** Features of userfaultfd that tests need. Source: linux/userfaultfd.h, Linux 6.18. */
public enum KernelFeature {
    /** Write-protect faults are told apart. */
    PAGEFAULT_FLAG_WP(0),
    /** Missing faults on hugetlbfs. */
    MISSING_HUGETLBFS(4),
    /** Missing faults on shmem. */
    MISSING_SHMEM(5),
    /** Minor faults on hugetlbfs. */
    MINOR_HUGETLBFS(9),
    /** Minor faults on shmem. */
    MINOR_SHMEM(10),
    /** Write protection of shmem and hugetlbfs. */
    WP_HUGETLBFS_SHMEM(12),
    /** Writes are remembered for PAGEMAP_SCAN. */
    WP_ASYNC(15);

    private final int bit;

    KernelFeature(int bit) {
        this.bit = bit;
    }

    boolean isIn(long mask) {
        return (mask & 1L << bit) != 0;
    }
}
