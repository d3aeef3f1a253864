package dev.faultline.migration.admission;

import dev.faultline.migration.AdmissionCheck;
import dev.faultline.migration.guest.Guest;
import dev.faultline.migration.guest.GuestException;
import dev.faultline.migration.guest.GuestRegion;
import dev.faultline.uffd.memory.HugePages;
import dev.faultline.uffd.memory.MemoryFile;
import dev.faultline.uffd.memory.PageSize;
import dev.faultline.uffd.os.LinuxException;
import dev.faultline.uffd.proc.MemoryMapping;
import dev.faultline.uffd.proc.ProcessMaps;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/**
 * Looks whether a host has room for a guest: a guest that is refused goes on at its source, and one for which memory runs
 * out on the way waits for it. What its files hold already counts as had: they are emptied for it.
 */
public final class Admission {
    private static final int MIB_SHIFT = 20;

    private final HostMemory host;
    private final boolean overcommit;
    private final Map<PageSize, Long> takenPages = new EnumMap<>(PageSize.class);
    private final Map<String, Long> takenRoom = new HashMap<>();
    private long takenBytes;

    private Admission(HostMemory host, boolean overcommit) {
        this.host = host;
        this.overcommit = overcommit;
    }

    /**
     * Looks whether this host has room for a guest.
     *
     * @param guest the guest, which waits with empty memory
     * @param check what is looked at
     * @throws GuestException if it has not; the message names the region, what it needs, what there is, and the remedy
     */
    public static void check(Guest guest, AdmissionCheck check) {
        if (check != AdmissionCheck.NONE) {
            List<MemoryMapping> mappings = mappings(guest);
            check(
                    guest.regions(),
                    region -> isReserved(region, mappings),
                    HostMemory.read(Path.of("/")),
                    check == AdmissionCheck.OVERCOMMIT);
        }
    }

    /** Of a process that may not be looked at, huge pages count as reserved: then the kernel is the judge, later. */
    private static List<MemoryMapping> mappings(Guest guest) {
        boolean asked = guest.regions().stream().anyMatch(Admission::isHuge);
        try {
            return asked ? ProcessMaps.readWithFlags(guest.processId()) : List.of();
        } catch (LinuxException e) {
            System.getLogger(Admission.class.getName())
                    .log(System.Logger.Level.DEBUG, "whether huge pages are reserved is not known", e);
            return List.of();
        }
    }

    private static boolean isReserved(GuestRegion region, List<MemoryMapping> mappings) {
        return mappings.stream()
                .filter(mapping -> mapping.contains(region.guestAddress()))
                .noneMatch(mapping -> mapping.flags().contains(MemoryMapping.NO_RESERVE));
    }

    private static boolean isHuge(GuestRegion region) {
        return region.file().pageSize().isHuge();
    }

    static void check(List<GuestRegion> regions, Predicate<GuestRegion> reserved, HostMemory host, boolean overcommit) {
        Admission admission = new Admission(host, overcommit);
        for (GuestRegion region : regions) {
            long neededBytes = Math.max(0, region.lengthBytes() - region.file().allocatedBytes());
            if (!isHuge(region)) {
                admission.takeRoom(region, neededBytes);
                admission.takeMemory(region, neededBytes);
            } else if (!reserved.test(region)) {
                admission.takeHugePages(region, neededBytes);
            }
        }
    }

    private void takeHugePages(GuestRegion region, long neededBytes) {
        PageSize size = region.file().pageSize();
        long needed = neededBytes >> size.shift();
        HugePages pool = host.pools().getOrDefault(size, new HugePages(0, 0, 0));
        long taken = takenPages.getOrDefault(size, 0L);
        long left = Math.max(0, pool.unreserved() - taken);
        if (needed > left) {
            throw new GuestException("There are not enough huge pages for this guest: '" + region.name() + "' needs "
                    + needed + " of " + size.label() + " and the destination has " + left + ": run '"
                    + HugePages.command(size, pool.total() + needed - left) + "' there");
        }
        takenPages.put(size, taken + needed);
    }

    private void takeRoom(GuestRegion region, long neededBytes) {
        MemoryFile file = region.file();
        if (file.roomBytes().isEmpty()) {
            return;
        }
        String fileSystem = file.identity().substring(0, file.identity().lastIndexOf('/'));
        long taken = takenRoom.getOrDefault(fileSystem, 0L);
        long left = Math.max(0, file.roomBytes().getAsLong() - taken);
        if (neededBytes > left) {
            throw refused(
                    "There is not enough room for this guest in the file system of its memory",
                    region,
                    neededBytes,
                    left,
                    "free some, or run 'mount -o remount,size=...' there");
        }
        takenRoom.put(fileSystem, taken + neededBytes);
    }

    private void takeMemory(GuestRegion region, long neededBytes) {
        long left = Math.min(host.availableBytes(), host.cgroupBytes()) - takenBytes;
        if (neededBytes > left && !overcommit) {
            boolean byGroup = host.cgroupBytes() < host.availableBytes();
            throw refused(
                    byGroup
                            ? "There is not enough memory for this guest in its engine's control group"
                            : "There is not enough memory for this guest",
                    region,
                    neededBytes,
                    Math.max(0, left),
                    (byGroup ? "raise memory.max" : "free some") + ", or 'receive --overcommit' takes it all the same");
        }
        takenBytes += neededBytes;
    }

    private static GuestException refused(
            String what, GuestRegion region, long neededBytes, long leftBytes, String remedy) {
        return new GuestException(what + ": '" + region.name() + "' needs " + mebibytes(neededBytes)
                + " MiB and the destination has " + (leftBytes >> MIB_SHIFT) + " MiB: " + remedy);
    }

    private static long mebibytes(long bytes) {
        return Math.ceilDiv(bytes, 1L << MIB_SHIFT);
    }
}
