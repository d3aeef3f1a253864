package dev.faultline.guest.qemu.process;

import dev.faultline.migration.guest.GuestRegion;
import dev.faultline.uffd.LinuxUffd;
import dev.faultline.uffd.UffdFeature;
import dev.faultline.uffd.os.LinuxException;
import dev.faultline.uffd.proc.MemoryMapping;
import dev.faultline.uffd.proc.OpenUffd;
import dev.faultline.uffd.remote.RemoteProcess;
import dev.faultline.uffd.remote.RemoteUffd;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/**
 * The userfaultfds of QEMU's memory. They are opened with what both parts need that a machine can play, and stay open in
 * QEMU for as long as a range is registered: without them the machine would run on with whatever its memory file holds. Each
 * costs a stop of QEMU's main thread, so that only large regions have one of their own, and only where faults are served.
 */
public final class EngineUffds {
    /** What ours are recognised by: nobody else asks for just these. */
    public static final Set<UffdFeature> FEATURES = Set.copyOf(EnumSet.of(
            UffdFeature.WP_ASYNC,
            UffdFeature.WP_UNPOPULATED,
            UffdFeature.WP_HUGETLBFS_SHMEM,
            UffdFeature.MINOR_SHMEM,
            UffdFeature.MINOR_HUGETLBFS,
            UffdFeature.MISSING_SHMEM,
            UffdFeature.MISSING_HUGETLBFS));

    /** The most that one QEMU has. */
    public static final int MOST = 4;

    private static final long LARGE_BYTES = 64L << 20;

    private final long processId;
    private final List<Integer> numbersInside = new ArrayList<>();
    private final List<LinuxUffd> uffds = new ArrayList<>();
    private List<LinuxUffd> byRegion = List.of();
    private long stoppedNanos;

    private EngineUffds(long processId) {
        this.processId = processId;
    }

    /**
     * {@return those that an earlier engine left in a process}
     *
     * @param processId the process
     * @throws LinuxException EACCES without ptrace permission on it, ESRCH if it has ended
     */
    public static List<OpenUffd> left(long processId) {
        return OpenUffd.of(processId).stream()
                .filter(open -> open.has(FEATURES))
                .toList();
    }

    /**
     * {@return those that are there, or new ones}
     *
     * @param processId the process
     * @param regions its guest RAM, in the order of the ids
     * @param guestMemory the mappings of that, read with flags
     * @param most how many to open, at most
     * @throws LinuxException as {@link RemoteProcess#openUffd}; nothing new is left open then
     * @throws IllegalStateException as {@link RemoteProcess#call}
     * @throws IllegalArgumentException as {@link RemoteProcess#call}
     */
    public static EngineUffds of(long processId, List<GuestRegion> regions, List<MemoryMapping> guestMemory, int most) {
        EngineUffds engine = new EngineUffds(processId);
        try {
            List<OpenUffd> left = left(processId);
            for (OpenUffd open : left) {
                engine.uffds.add(LinuxUffd.takeFrom(processId, open.number()));
                engine.numbersInside.add(open.number());
            }
            if (left.isEmpty()) {
                engine.open(
                        Math.clamp(regions.stream().filter(EngineUffds::isLarge).count(), 1, most));
            }
            engine.byRegion = new UffdOwners(engine.uffds, guestMemory).of(regions, EngineUffds::isLarge);
            return engine;
        } catch (RuntimeException e) {
            try {
                engine.close(guestMemory);
            } catch (LinuxException | IllegalStateException second) {
                e.addSuppressed(second);
            }
            throw e;
        }
    }

    private static boolean isLarge(GuestRegion region) {
        return region.lengthBytes() >= LARGE_BYTES;
    }

    private void open(int count) {
        for (int i = 0; i < count; i++) {
            RemoteUffd opened = RemoteProcess.of(processId).openUffd(FEATURES);
            uffds.add(opened.uffd());
            numbersInside.add(opened.numberInside());
            stoppedNanos += opened.stoppedNanos();
        }
    }

    /**
     * {@return the userfaultfd of a region}
     *
     * @param region one of the regions that these were made for
     */
    public LinuxUffd of(GuestRegion region) {
        return byRegion.get(region.id());
    }

    /** {@return for how long QEMU's main thread stood still for them; 0 if an earlier engine had opened them} */
    public long stoppedNanos() {
        return stoppedNanos;
    }

    /**
     * Closes them here, and in QEMU also if no range is registered any more.
     *
     * @param guestMemory the mappings of its guest RAM, read with flags
     * @throws LinuxException as {@link RemoteProcess#closeInside}
     * @throws IllegalStateException as {@link RemoteProcess#closeInside}
     */
    public void close(List<MemoryMapping> guestMemory) {
        uffds.forEach(LinuxUffd::close);
        if (guestMemory.stream().noneMatch(MemoryMapping::isRegistered)) {
            numbersInside.forEach(RemoteProcess.of(processId)::closeInside);
        }
    }
}
