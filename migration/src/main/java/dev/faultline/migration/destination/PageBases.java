package dev.faultline.migration.destination;

import dev.faultline.migration.codec.PageDelta;
import dev.faultline.migration.guest.GuestRegion;
import java.util.Arrays;

/**
 * In which round what the file holds of each huge page was sent, so that a delta is written over nothing else. Whoever has
 * claimed a page asks and tells; a round is held only while all of the page is here.
 */
final class PageBases {
    private static final long NONE = -1;

    private final long[] rounds;

    PageBases(GuestRegion region) {
        boolean hasDeltas = region.file().pageSize().isHuge()
                && PageDelta.fits(region.file().pageSize().bytes());
        rounds = new long[hasDeltas ? region.pageCount() : 0];
        Arrays.fill(rounds, NONE);
    }

    /** {@return whether deltas of these pages may come} */
    boolean isKept() {
        return rounds.length > 0;
    }

    /** A page is about to be written. {@return in which round it was sent, or a negative number} */
    long take(int page) {
        if (!isKept()) {
            return NONE;
        }
        long round = rounds[page];
        rounds[page] = NONE;
        return round;
    }

    /** A page has been written. */
    void hold(int page, long round) {
        if (isKept()) {
            rounds[page] = round;
        }
    }
}
