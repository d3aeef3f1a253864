package dev.faultline.migration.source;

import dev.faultline.migration.page.PageBits;
import java.util.ArrayList;
import java.util.List;

/**
 * In which order the dirty pages are pushed, the likeliest to be touched first: after the page that was asked for last
 * (a guest that touched one page goes on to its neighbours), then those that were dirtied again and again, then the rest.
 * Each connection takes the pages that are its own.
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
    private final Stripes stripes;
    private final Lane[] lanes;

    /** How far one connection is. */
    private static final class Lane {
        final int[] cursor;
        final int[] hotCursor;
        int hintRegion = -1;
        long hintPage;

        Lane(int regions) {
            cursor = new int[regions];
            hotCursor = new int[regions];
        }
    }

    /**
     * Makes an order.
     *
     * @param dirty what is to be pushed, by region; copied
     * @param recentlyDirty what was dirty in the last round too, by region; taken over, and narrowed to what is dirty now
     * @param stripes which connection each page is sent on
     */
    PushOrder(List<PageBits> dirty, List<PageBits> recentlyDirty, Stripes stripes) {
        this.stripes = stripes;
        remaining = new ArrayList<>();
        hot = recentlyDirty;
        for (int i = 0; i < dirty.size(); i++) {
            PageBits all = new PageBits(dirty.get(i).pageCount());
            all.addAll(dirty.get(i));
            remaining.add(all);
            remainingPages += all.size();
            hot.get(i).retainAll(all);
        }
        lanes = new Lane[stripes.connections()];
        for (int i = 0; i < lanes.length; i++) {
            lanes[i] = new Lane(dirty.size());
        }
    }

    /** {@return how many pages have been neither taken nor asked for} */
    long remaining() {
        return remainingPages;
    }

    /** {@return what it holds in memory} */
    long stateBytes() {
        return PageBits.sizeBytes(remaining) + PageBits.sizeBytes(hot);
    }

    void asked(int region, int page, boolean keepInPush) {
        if (!keepInPush && remaining.get(region).contains(page)) {
            remaining.get(region).remove(page, 1);
            remainingPages--;
        }
        for (int i = 0; i < lanes.length; i++) {
            lanes[i].hintRegion = region;
            lanes[i].hintPage = stripes.nextOwn(i, region, page + 1L);
        }
    }

    /** Takes the next run of a connection's own pages. {@return whether there is one} */
    boolean takeNext(int connection, Run run) {
        Lane lane = lanes[connection];
        if (lane.hintRegion >= 0) {
            PageBits bits = remaining.get(lane.hintRegion);
            if (lane.hintPage < bits.pageCount() && bits.contains((int) lane.hintPage)) {
                take(lane.hintRegion, (int) lane.hintPage, bits, run);
                lane.hintPage = stripes.nextOwn(connection, lane.hintRegion, lane.hintPage + run.count);
                return true;
            }
            lane.hintRegion = -1;
        }
        return takeFrom(hot, lane.hotCursor, connection, run) || takeFrom(remaining, lane.cursor, connection, run);
    }

    private boolean takeFrom(List<PageBits> wanted, int[] cursors, int connection, Run run) {
        for (int region = 0; region < wanted.size(); region++) {
            PageBits left = remaining.get(region);
            PageBits from = wanted.get(region);
            int page = stripes.next(connection, region, from, cursors[region]);
            while (page < left.pageCount() && !left.contains(page)) {
                page = stripes.next(connection, region, from, page + 1);
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
        run.count = stripes.endOfFrame(region, page, from.nextAbsent(page)) - page;
        from.remove(page, run.count);
        remainingPages -= run.count;
    }
}
