package dev.faultline.uffd;

import java.util.EnumSet;
import java.util.Set;

/** Features of the userfaultfd handshake. Source: linux/userfaultfd.h, Linux 6.18. */
public enum UffdFeature {
    /** Write-protect faults are told apart in the fault flags (5.7). */
    PAGEFAULT_FLAG_WP(0),
    /** Missing faults on hugetlbfs (4.11). */
    MISSING_HUGETLBFS(4),
    /** Missing faults on shmem (4.11). */
    MISSING_SHMEM(5),
    /** The faulting thread's id is in the event (4.14). */
    THREAD_ID(8),
    /** Minor faults on hugetlbfs (5.13). */
    MINOR_HUGETLBFS(9),
    /** Minor faults on shmem (5.14). */
    MINOR_SHMEM(10),
    /** Fault addresses are not rounded down to the page (5.18). */
    EXACT_ADDRESS(11),
    /** Write protection of shmem and hugetlbfs (5.19). */
    WP_HUGETLBFS_SHMEM(12),
    /** Write protection also of pages that do not exist yet (6.4). */
    WP_UNPOPULATED(13),
    /** Write-protect faults are resolved by the kernel and only remembered, for PAGEMAP_SCAN (6.7). */
    WP_ASYNC(15);

    private final int bit;

    UffdFeature(int bit) {
        this.bit = bit;
    }

    /** {@return its bit in the handshake} */
    public long mask() {
        return 1L << bit;
    }

    static long mask(Set<UffdFeature> features) {
        return features.stream().mapToLong(UffdFeature::mask).reduce(0, (a, b) -> a | b);
    }

    /**
     * {@return the features that a mask of the kernel's names; bits of newer kernels are left out}
     *
     * @param mask feature bits
     */
    public static Set<UffdFeature> of(long mask) {
        Set<UffdFeature> found = EnumSet.noneOf(UffdFeature.class);
        for (UffdFeature feature : values()) {
            if ((mask & feature.mask()) != 0) {
                found.add(feature);
            }
        }
        return found;
    }
}
