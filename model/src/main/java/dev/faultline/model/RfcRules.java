package dev.faultline.model;

import dev.faultline.model.memory.Vma;
import dev.faultline.uffd.UffdCall;
import dev.faultline.uffd.UffdFeature;

/**
 * Where the proposal of 7 January 2021 differs from what became of it, by its section "Interaction with Existing APIs".
 * Where it says nothing, the mainline rule holds; each such case is said to be so.
 *
 * <pre>
 *                             | proposal                                   | mainline
 * registering MINOR           | shared hugetlbfs only, else EINVAL         | shmem and hugetlbfs, private ones too
 * registering WRITE_PROTECT   | anonymous memory only, else EINVAL         | shmem and hugetlbfs too
 * CONTINUE, not shared, shmem | EINVAL                                     | private: as shared; shmem: as hugetlbfs
 * CONTINUE on a hole          | EFAULT                                     | EFAULT
 * CONTINUE on a mapped page   | says nothing: EEXIST                       | EEXIST
 * COPY on a minor fault       | EEXIST                                     | EEXIST; private mapping: done
 * ZEROPAGE on a minor fault   | EEXIST, hugetlbfs EINVAL                   | the same; private mapping of shmem: done
 * WRITEPROTECT, shared memory | ENOENT                                     | done, if registered for it
 * POISON, MOVE, CONTINUE with | did not exist: EINVAL                      | as measured
 *   write protection          |                                            |
 * </pre>
 */
final class RfcRules {
    /** Those of Linux 5.11, and the one for minor faults on hugetlbfs. */
    private static final long FEATURES = UffdFeature.MINOR_HUGETLBFS.mask() | (UffdFeature.MINOR_HUGETLBFS.mask() - 1);

    private RfcRules() {}

    static long features() {
        return FEATURES;
    }

    /** Shared memory is what makes a minor fault: two mappings of one page. */
    static boolean canUse(Vma vma, int modes) {
        if ((modes & Vma.MINOR) != 0 && !(vma.isHuge() && vma.isShared())) {
            return false;
        }
        return vma.isAnonymous() || (modes & Vma.WRITE_PROTECT) == 0;
    }

    static boolean canProtect(Vma vma) {
        return vma.isAnonymous();
    }

    /** {@return the calls of Linux 5.11 and CONTINUE} The proposal does not list them; these are the ones there were. */
    static long calls(boolean huge) {
        long calls = UffdCall.WAKE.mask() | UffdCall.COPY.mask() | UffdCall.CONTINUE.mask();
        return huge ? calls : calls | UffdCall.ZEROPAGE.mask() | UffdCall.WRITEPROTECT.mask();
    }

    /** {@return whether the call, and its flags, existed} */
    static boolean knows(Fill.Request request) {
        return request.kind() != Fill.Kind.POISON && !(request.kind() == Fill.Kind.CONTINUE && request.isProtected());
    }

    /** {@return whether the mapping is one for the call; else it is EINVAL} */
    static boolean goesWith(Fill.Request request, Vma vma) {
        return request.kind() != Fill.Kind.CONTINUE || (vma.isHuge() && vma.isShared());
    }
}
