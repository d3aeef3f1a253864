package dev.faultline.simulation.planted;

import dev.faultline.migration.guest.Guest;
import dev.faultline.migration.guest.GuestException;
import dev.faultline.migration.guest.GuestRegion;
import dev.faultline.uffd.Pagemap;
import dev.faultline.uffd.PagemapScan;

/** What an engine does wrong with its machine. */
final class BrokenGuests {
    private BrokenGuests() {}

    /** Gives the source's memory back as soon as the destination runs the guest. */
    static Guest forgetting(Guest guest) {
        return new ForwardingGuest(guest) {
            @Override
            public void relinquish() {
                super.relinquish();
                for (GuestRegion region : regions()) {
                    region.file().punchHole(0, region.lengthBytes());
                }
            }
        };
    }

    /** Lets a paused guest run when its engine ends, whatever may have become of it elsewhere. */
    static Guest runningAgain(Guest guest) {
        return new ForwardingGuest(guest) {
            @Override
            public void close() {
                try {
                    super.resume();
                } catch (GuestException e) {
                    // It was given up.
                } finally {
                    super.close();
                }
            }
        };
    }

    /** Takes its hands off memory when it gives up, although pages are missing. */
    static Guest lettingGo(Guest guest) {
        return new ForwardingGuest(guest) {
            @Override
            public void freeze() {
                for (GuestRegion region : regions()) {
                    uffd(region).unregister(region.guestAddress(), region.lengthBytes());
                }
                super.freeze();
            }
        };
    }

    /** Does not see the last page of each run that was written. */
    static Guest overlooking(Guest guest) {
        Pagemap pagemap = guest.pagemap();
        return new ForwardingGuest(guest) {
            @Override
            public Pagemap pagemap() {
                return new Overlooking(pagemap, 1L << regions().getFirst().pageShift());
            }
        };
    }

    private record Overlooking(Pagemap to, long pageBytes) implements Pagemap {
        @Override
        public long scan(PagemapScan scan, PageRuns runs) {
            return to.scan(scan, (address, lengthBytes, categories) -> {
                if (lengthBytes > pageBytes) {
                    runs.accept(address, lengthBytes - pageBytes, categories);
                }
            });
        }

        @Override
        public void close() {
            to.close();
        }
    }
}
