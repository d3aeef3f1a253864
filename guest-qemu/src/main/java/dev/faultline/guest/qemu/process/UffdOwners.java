package dev.faultline.guest.qemu.process;

import dev.faultline.migration.guest.GuestRegion;
import dev.faultline.uffd.LinuxUffd;
import dev.faultline.uffd.RegisterMode;
import dev.faultline.uffd.internal.linux.Errno;
import dev.faultline.uffd.os.LinuxException;
import dev.faultline.uffd.proc.MemoryMapping;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;

/**
 * Which of several userfaultfds has which region. /proc does not tell, and the descriptors' numbers do not either; but the
 * kernel refuses a range that another userfaultfd has, and to register one again as it is changes nothing.
 */
final class UffdOwners {
    private static final Map<String, RegisterMode> MODES = Map.of(
            MemoryMapping.MISSING, RegisterMode.MISSING,
            MemoryMapping.WRITE_PROTECT, RegisterMode.WRITE_PROTECT,
            MemoryMapping.MINOR, RegisterMode.MINOR);

    private final List<LinuxUffd> uffds;
    private final List<MemoryMapping> guestMemory;

    UffdOwners(List<LinuxUffd> uffds, List<MemoryMapping> guestMemory) {
        this.uffds = uffds;
        this.guestMemory = guestMemory;
    }

    /** {@return one for each region: its owner, or one that nothing speaks against; small regions share the first} */
    List<LinuxUffd> of(List<GuestRegion> regions, Predicate<GuestRegion> isLarge) {
        List<LinuxUffd> found = new ArrayList<>();
        int large = 0;
        for (GuestRegion region : regions) {
            LinuxUffd free = uffds.get(isLarge.test(region) ? large++ % uffds.size() : 0);
            found.add(uffds.size() == 1 ? free : owner(region).orElse(free));
        }
        return found;
    }

    private Optional<LinuxUffd> owner(GuestRegion region) {
        return guestMemory.stream()
                .filter(MemoryMapping::isRegistered)
                .filter(mapping -> mapping.start() >= region.guestAddress()
                        && mapping.start() < region.guestAddress() + region.lengthBytes())
                .findFirst()
                .flatMap(mapping ->
                        uffds.stream().filter(uffd -> has(uffd, mapping)).findFirst());
    }

    private static boolean has(LinuxUffd uffd, MemoryMapping mapping) {
        Set<RegisterMode> modes = EnumSet.noneOf(RegisterMode.class);
        MODES.forEach((flag, mode) -> {
            if (mapping.flags().contains(flag)) {
                modes.add(mode);
            }
        });
        try {
            uffd.register(mapping.start(), mapping.lengthBytes(), modes);
            return true;
        } catch (LinuxException e) {
            if (e.errno() == Errno.EBUSY) {
                return false;
            }
            throw e;
        }
    }
}
