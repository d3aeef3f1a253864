package dev.faultline.migration.source;

import dev.faultline.migration.page.PageBits;
import java.util.ArrayList;
import java.util.List;

/**
 * In which order the dirty pages are pushed, the likeliest to be touched first: after the page that was asked for last
 * (a guest that touched one page goes on to its neighbours), then those that were dirtied again and again, then the rest.
 */
final class PushOrder {
    /** Frames are cut at multiples of this many 4 KiB pages, which also keeps the answer to a fault from waiting long. */
    static final int RUN_PAGES = 64;

    /** A run of pages of one region; reused from call to call. */
    static final class Run {
        int region;
        int first;
        int count;
    }

    private final List<PageBits> remaining;
    private long remainingPages;
    private final List<PageBits> hot;
    private final int[] framePages;
    private final int[] cursor;
    private final int[] hotCursor;
    private int hintRegion = -1;
    private int hintPage;

    /**
     * Makes an order.
     *
     * @param dirty what is to be pushed, by region; copied
     * @param recentlyDirty what was dirty in the last round too, by region
     * @param framePages how many pages one frame carries at most, by region
     */
    PushOrder(List<PageBits> dirty, List<PageBits> recentlyDirty, int[] framePages) {
        this.framePages = framePages.clone();
        remaining = new ArrayList<>();
        hot = new ArrayList<>();
        for (int i = 0; i < dirty.size(); i++) {
            PageBits all = new PageBits(dirty.get(i).pageCount());
            all.addAll(dirty.get(i));
            remaining.add(all);
            remainingPages += all.size();
            PageBits often = new PageBits(all.pageCount());
            often.addAll(all);
            often.retainAll(recentlyDirty.get(i));
            hot.add(often);
        }
        cursor = new int[dirty.size()];
        hotCursor = new int[dirty.size()];
    }

    /** {@return how many pages have been neither taken nor asked for} */
    long remaining() {
        return remainingPages;
    }

    void asked(int region, int page, boolean keepInPush) {
        if (!keepInPush && remaining.get(region).contains(page)) {
            remaining.get(region).remove(page, 1);
            remainingPages--;
        }
        hintRegion = region;
        hintPage = page + 1;
    }

    boolean takeNext(Run run) {
        if (hintRegion >= 0) {
            PageBits bits = remaining.get(hintRegion);
            if (hintPage < bits.pageCount() && bits.contains(hintPage)) {
                take(hintRegion, hintPage, bits, run);
                hintPage += run.count;
                return true;
            }
            hintRegion = -1;
        }
        return takeFrom(hot, hotCursor, run) || takeFrom(remaining, cursor, run);
    }

    private boolean takeFrom(List<PageBits> wanted, int[] cursors, Run run) {
        for (int region = 0; region < wanted.size(); region++) {
            PageBits left = remaining.get(region);
            int page = wanted.get(region).next(cursors[region]);
            while (page < left.pageCount() && !left.contains(page)) {
                page = wanted.get(region).next(page + 1);
            }
            cursors[region] = page;
            if (page < left.pageCount()) {
                take(region, page, left, run);
                return true;
            }
        }
        return false;
    }

    private void take(int region, int page, PageBits from, Run run) {
        run.region = region;
        run.first = page;
        int end = Math.min(from.nextAbsent(page), (page / framePages[region] + 1) * framePages[region]);
        run.count = end - page;
        from.remove(page, run.count);
        remainingPages -= run.count;
    }
}
