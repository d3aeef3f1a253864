package dev.faultline.guest.kvm.control;

import dev.faultline.guest.kvm.machine.Machine;
import dev.faultline.migration.guest.GuestRegion;
import dev.faultline.uffd.os.Fd;
import java.util.List;

/**
 * A guest and all that an engine gets of it. Everything stays the property of whoever made it.
 *
 * @param machine what runs it
 * @param why the reason for that kind of machine, one clause
 * @param regions its memory, the ids being 0, 1, 2 and so on
 * @param descriptors what an engine is handed: the memory files in the order of the regions, the userfaultfd of its
 *     process with no range registered, the page map of its process
 */
public record ServedGuest(Machine machine, String why, List<GuestRegion> regions, List<Fd> descriptors) {
    /** Copies the lists. */
    public ServedGuest {
        regions = List.copyOf(regions);
        descriptors = List.copyOf(descriptors);
    }
}
