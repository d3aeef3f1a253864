package dev.faultline.migration.source;

import dev.faultline.migration.guest.GuestException;
import dev.faultline.migration.journal.Journal;
import dev.faultline.migration.journal.Phase;
import dev.faultline.migration.page.PageBits;
import java.util.List;

/** What is written down while the destination runs the guest. A full disk must not keep pages from a guest that waits for them. */
final class ServingNotes {
    private static final System.Logger LOG = System.getLogger(ServingNotes.class.getName());

    private ServingNotes() {}

    /** COMMITTED leads a successor to the same end. */
    static void began(Journal journal) {
        try {
            journal.record(Phase.SERVING);
        } catch (GuestException e) {
            LOG.log(System.Logger.Level.WARNING, "that the destination runs the guest could not be written down", e);
        }
    }

    /** A successor that finds no map takes every page for dirty. */
    static void keepDirty(Journal journal, List<PageBits> dirty) {
        try {
            journal.keepDirty(dirty);
        } catch (GuestException e) {
            LOG.log(System.Logger.Level.WARNING, "the dirty map was not written down: " + e.getMessage());
        }
    }
}
