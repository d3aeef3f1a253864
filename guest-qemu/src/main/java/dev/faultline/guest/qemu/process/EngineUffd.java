package dev.faultline.guest.qemu.process;

import dev.faultline.uffd.LinuxUffd;
import dev.faultline.uffd.UffdFeature;
import dev.faultline.uffd.os.LinuxException;
import dev.faultline.uffd.proc.MemoryMapping;
import dev.faultline.uffd.proc.OpenUffd;
import dev.faultline.uffd.remote.RemoteProcess;
import dev.faultline.uffd.remote.RemoteUffd;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The userfaultfd of QEMU's memory. It is opened once, for both parts that a machine can play, and stays open in QEMU for
 * as long as a range is registered: without it the machine would run on with whatever its memory file holds.
 *
 * @param uffd the userfaultfd
 * @param numberInside its descriptor in QEMU
 * @param stoppedNanos for how long QEMU's main thread stood still for it; 0 if an earlier engine had opened it
 */
public record EngineUffd(LinuxUffd uffd, int numberInside, long stoppedNanos) {
    /** What ours is recognised by: nobody else asks for just these. */
    public static final Set<UffdFeature> FEATURES = Set.copyOf(EnumSet.of(
            UffdFeature.WP_ASYNC,
            UffdFeature.WP_UNPOPULATED,
            UffdFeature.WP_HUGETLBFS_SHMEM,
            UffdFeature.MINOR_SHMEM,
            UffdFeature.MINOR_HUGETLBFS,
            UffdFeature.MISSING_SHMEM,
            UffdFeature.MISSING_HUGETLBFS));

    /**
     * {@return the one that an earlier engine left in a process}
     *
     * @param processId the process
     * @throws LinuxException EACCES without ptrace permission on it, ESRCH if it has ended
     */
    public static Optional<OpenUffd> find(long processId) {
        return OpenUffd.of(processId).stream()
                .filter(open -> open.has(FEATURES))
                .findFirst();
    }

    /**
     * {@return the one that is there, or a new one}
     *
     * @param processId the process
     * @throws LinuxException as {@link RemoteProcess#openUffd}
     * @throws IllegalStateException as {@link RemoteProcess#call}
     * @throws IllegalArgumentException as {@link RemoteProcess#call}
     */
    public static EngineUffd of(long processId) {
        Optional<OpenUffd> left = find(processId);
        if (left.isPresent()) {
            int number = left.get().number();
            return new EngineUffd(LinuxUffd.takeFrom(processId, number), number, 0);
        }
        RemoteUffd opened = RemoteProcess.of(processId).openUffd(FEATURES);
        return new EngineUffd(opened.uffd(), opened.numberInside(), opened.stoppedNanos());
    }

    /**
     * Closes it here, and in QEMU also if no range is registered any more.
     *
     * @param processId the process
     * @param guestMemory the mappings of its guest RAM, read with flags
     * @return whether it was closed in QEMU
     * @throws LinuxException as {@link RemoteProcess#closeInside}
     * @throws IllegalStateException as {@link RemoteProcess#closeInside}
     */
    public boolean close(long processId, List<MemoryMapping> guestMemory) {
        uffd.close();
        if (guestMemory.stream().anyMatch(MemoryMapping::isRegistered)) {
            return false;
        }
        RemoteProcess.of(processId).closeInside(numberInside);
        return true;
    }
}
