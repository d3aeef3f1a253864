package dev.faultline.uffd;

import java.util.EnumSet;
import java.util.Set;

/**
 * Features of the userfaultfd handshake. Those that change what happens must be asked for; the others say what the kernel
 * can do, and work without being asked for. Source: UFFD_FEATURE_*, linux/userfaultfd.h, Linux 6.18.
 */
public enum UffdFeature {
    /** Write-protect faults are told apart in the fault flags (5.7). */
    PAGEFAULT_FLAG_WP(0),
    /**
     * A fork is an event, and the child's memory comes with a userfaultfd (4.11). Needs CAP_SYS_PTRACE; asked for. For
     * another process's memory only: fork(3) of glibc holds the locks of malloc until the event is read, and a thread of
     * the same JVM that should read it waits for one of those sooner or later.
     */
    EVENT_FORK(1),
    /** A moved mapping is an event, and keeps its registration (4.11); asked for. */
    EVENT_REMAP(2),
    /** Pages given back by madvise(2) are an event (4.11); asked for. */
    EVENT_REMOVE(3),
    /** Missing faults on hugetlbfs (4.11). */
    MISSING_HUGETLBFS(4),
    /** Missing faults on shmem (4.11). */
    MISSING_SHMEM(5),
    /** An unmapped range is an event (4.11); asked for. */
    EVENT_UNMAP(6),
    /** A fault is a SIGBUS for the thread, and nothing to read (4.14); asked for. */
    SIGBUS(7),
    /** The faulting thread's id is in the event (4.14); asked for. */
    THREAD_ID(8),
    /** Minor faults on hugetlbfs (5.13). */
    MINOR_HUGETLBFS(9),
    /** Minor faults on shmem (5.14). */
    MINOR_SHMEM(10),
    /** Fault addresses are not rounded down to the page (5.18); asked for. */
    EXACT_ADDRESS(11),
    /** Write protection of shmem and hugetlbfs (5.19). */
    WP_HUGETLBFS_SHMEM(12),
    /** Write protection also of anonymous pages that do not exist yet (6.4); asked for. */
    WP_UNPOPULATED(13),
    /** UFFDIO_POISON (6.6). */
    POISON(14),
    /** Write-protect faults are resolved by the kernel and only remembered, for PAGEMAP_SCAN (6.7); asked for. */
    WP_ASYNC(15),
    /** UFFDIO_MOVE (6.8). */
    MOVE(16);

    private final int bit;

    UffdFeature(int bit) {
        this.bit = bit;
    }

    /** {@return its bit in the handshake} */
    public long mask() {
        return 1L << bit;
    }

    /**
     * {@return the bits of some features}
     *
     * @param features which
     */
    public static long mask(Set<UffdFeature> features) {
        long mask = 0;
        for (UffdFeature feature : features) {
            mask |= feature.mask();
        }
        return mask;
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
