package dev.faultline.guest.kvm.control;

import dev.faultline.guest.kvm.machine.Machine;
import dev.faultline.migration.guest.GuestRegion;
import dev.faultline.uffd.Pagemap;
import dev.faultline.uffd.Uffd;
import java.util.List;

/**
 * A guest and all that an engine gets of it. Everything stays the property of whoever made it.
 *
 * @param machine what runs it
 * @param why the reason for that kind of machine, one clause
 * @param regions its memory, the ids being 0, 1, 2 and so on
 * @param uffd the userfaultfd of its process, with no range registered
 * @param pagemap the page map of its process
 */
public record ServedGuest(Machine machine, String why, List<GuestRegion> regions, Uffd uffd, Pagemap pagemap) {
    /** Copies the list. */
    public ServedGuest {
        regions = List.copyOf(regions);
    }
}
