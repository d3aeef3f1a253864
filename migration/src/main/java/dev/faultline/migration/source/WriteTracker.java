package dev.faultline.migration.source;

import dev.faultline.migration.guest.Guest;
import dev.faultline.migration.guest.GuestRegion;
import dev.faultline.migration.page.PageBits;
import dev.faultline.uffd.RegisterMode;
import dev.faultline.uffd.os.LinuxException;
import java.util.EnumSet;
import java.util.List;

/**
 * Finds which pages the guest has written, by write protection that the kernel lifts by itself (WP_ASYNC) and
 * PAGEMAP_SCAN. Everything is protected before the first page is copied, and every scan protects again what it found, in
 * one step for each page: no write is missed.
 */
final class WriteTracker {
    /** One call over all of a big guest would stop its memory calls for long; 8 GiB take 166 ms to unregister. */
    private static final long SLICE_BYTES = 256L << 20;

    private final Guest guest;
    private boolean tracking;

    WriteTracker(Guest guest) {
        this.guest = guest;
    }

    synchronized void start() {
        tracking = true;
        for (GuestRegion region : guest.regions()) {
            guest.uffd().register(region.guestAddress(), region.lengthBytes(), EnumSet.of(RegisterMode.WRITE_PROTECT));
            inSlices(region, (address, length) -> protect(region, address, length));
        }
    }

    private void protect(GuestRegion region, long address, long lengthBytes) {
        guest.uffd().writeProtect(address, lengthBytes, true, 0).orThrow("UFFDIO_WRITEPROTECT of " + region.name());
    }

    synchronized boolean isTracking() {
        return tracking;
    }

    /** Adds the pages written since they were last protected. */
    void takeWritten(List<PageBits> written) {
        for (GuestRegion region : guest.regions()) {
            PageBits bits = written.get(region.id());
            int shift = region.pageShift();
            guest.pagemap().takeWritten(region.guestAddress(), region.lengthBytes(), (address, length) -> {
                int first = (int) ((address - region.guestAddress()) >> shift);
                int end = (int) ((address + length - region.guestAddress() + (1L << shift) - 1) >> shift);
                bits.add(first, end - first);
            });
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
            try {
                inSlices(region, guest.uffd()::unregister);
            } catch (LinuxException e) {
                // Of one region that never was registered, say: the others are let go all the same.
                System.getLogger(WriteTracker.class.getName())
                        .log(System.Logger.Level.DEBUG, "tracking of " + region.name() + " was not ended", e);
            }
        }
    }

    private interface Slice {
        void apply(long address, long lengthBytes);
    }

    private static void inSlices(GuestRegion region, Slice slice) {
        for (long offset = 0; offset < region.lengthBytes(); offset += SLICE_BYTES) {
            long length = Math.min(SLICE_BYTES, region.lengthBytes() - offset);
            slice.apply(region.guestAddress() + offset, length);
        }
    }
}
