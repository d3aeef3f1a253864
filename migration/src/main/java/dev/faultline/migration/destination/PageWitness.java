package dev.faultline.migration.destination;

import dev.faultline.migration.page.PageHash;
import dev.faultline.migration.page.PageHashes;
import dev.faultline.migration.page.PageWay;
import dev.faultline.migration.page.RegionView;
import dev.faultline.migration.wire.Frame;

/**
 * Takes the hash of every page that arrives over one connection, if the move is to be audited: of what lies in the memory
 * file, while the page is claimed, so that nobody else writes it. Used by one thread.
 */
final class PageWitness {
    private final DestinationMemory memory;
    private final byte finalWay;
    private final PageHash hash = new PageHash();
    private byte way;

    /**
     * Makes one.
     *
     * @param memory knows whether hashes are wanted
     * @param finalWay what final frames are on this connection: {@link PageWay#PUSH} or {@link PageWay#FAULT}
     */
    PageWitness(DestinationMemory memory, byte finalWay) {
        this.memory = memory;
        this.finalWay = finalWay;
    }

    /** What comes now is of a frame of this round. */
    void begin(long round) {
        way = round == Frame.FINAL ? finalWay : PageWay.round(round);
    }

    /** Pages were read, and are still claimed. */
    void content(int region, int first, int end, RegionView view) {
        PageHashes hashes = memory.hashes(region);
        if (hashes == null) {
            return;
        }
        int shift = memory.region(region).pageShift();
        for (int page = first; page < end; page++) {
            hashes.set(page, hash.of(view.bytes((long) page << shift, 1 << shift)), way);
        }
    }

    /** A claimed page is zero. */
    void zero(int region, int page) {
        PageHashes hashes = memory.hashes(region);
        if (hashes != null) {
            hashes.set(page, memory.zeroHash(region), PageWay.zero(way));
        }
    }
}
