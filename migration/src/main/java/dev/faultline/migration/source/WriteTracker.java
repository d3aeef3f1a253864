package dev.faultline.migration.source;

import dev.faultline.migration.guest.Guest;
import dev.faultline.migration.guest.GuestRegion;
import dev.faultline.migration.page.PageBits;
import dev.faultline.migration.tracking.TrackedRange;
import java.util.List;

/**
 * Finds which pages the guest has written. Everything is protected before the first page is copied, and no write is
 * missed from then on.
 */
final class WriteTracker {
    private final Guest guest;
    private boolean tracking;

    WriteTracker(Guest guest) {
        this.guest = guest;
    }

    synchronized void start() {
        tracking = true;
        for (GuestRegion region : guest.regions()) {
            range(region).begin(guest.uffd());
        }
    }

    synchronized boolean isTracking() {
        return tracking;
    }

    /** Adds the pages written since they were last protected. */
    void takeWritten(List<PageBits> written) {
        for (GuestRegion region : guest.regions()) {
            range(region).takeWritten(guest.pagemap(), written.get(region.id())::add);
        }
    }

    /** Ends it; the guest goes on unhindered. Does nothing when the machine has gone. */
    synchronized void stop() {
        if (!tracking) {
            return;
        }
        tracking = false;
        end(guest);
    }

    /** Ends the tracking that an engine may have left behind. */
    static void end(Guest guest) {
        for (GuestRegion region : guest.regions()) {
            range(region).end(guest.uffd());
        }
    }

    private static TrackedRange range(GuestRegion region) {
        return new TrackedRange(region.name(), region.guestAddress(), region.lengthBytes(), region.pageShift());
    }
}
