package dev.faultline.migration.source;

import dev.faultline.migration.page.PageBits;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * In which order the dirty pages are pushed, the likeliest to be touched first: those that a stream of faults comes to next,
 * those around recent faults (a guest that touched one page goes on to its neighbours), then by how often they were
 * dirtied. Each connection takes the pages that are its own.
 */
final class PushOrder {
    /** Frames are cut at multiples of this many 4 KiB pages, which also keeps the answer to a fault from waiting long. */
    static final int RUN_PAGES = 64;
    /** How far around a fault its neighbours go. */
    static final int AROUND_PAGES = 64;

    /** A run of pages of one region; reused from call to call. */
    static final class Run {
        /** How many pages it may have; set by who asks for it. */
        int maxPages = RUN_PAGES;

        int region;
        int first;
        int count;
    }

    private final List<PageBits> remaining;
    private long remainingPages;
    /** What is left to look through, by region: the hottest pages, less hot ones, ..., all. */
    private final List<List<PageBits>> levels;

    private final FaultStreams streams = new FaultStreams();
    private final Stripes stripes;
    private final Lane[] lanes;

    /** How far one connection is: in each level, and with what each stream and each recent fault foretold. */
    private static final class Lane {
        final int[][] cursors;
        final long[] streamSerial = new long[FaultStreams.STREAMS];
        /** How many pages each stream still foretells this connection, until its next fault. */
        final int[] streamPages = new int[FaultStreams.STREAMS];

        final long[] aroundDone = new long[FaultStreams.RECENT];

        Lane(int levels, int regions) {
            cursors = new int[levels][regions];
            Arrays.fill(streamSerial, -1);
            Arrays.fill(aroundDone, -1);
        }
    }

    /**
     * Makes an order.
     *
     * @param dirty what is to be pushed, by region; copied
     * @param hottestFirst sets of pages, by region, that come before the others; may hold more than is dirty
     * @param stripes which connection each page is sent on
     */
    PushOrder(List<PageBits> dirty, List<List<PageBits>> hottestFirst, Stripes stripes) {
        this.stripes = stripes;
        remaining = new ArrayList<>();
        for (PageBits bits : dirty) {
            PageBits all = new PageBits(bits.pageCount());
            all.addAll(bits);
            remaining.add(all);
            remainingPages += all.size();
        }
        levels = new ArrayList<>(hottestFirst);
        levels.add(remaining);
        lanes = new Lane[stripes.connections()];
        for (int i = 0; i < lanes.length; i++) {
            lanes[i] = new Lane(levels.size(), dirty.size());
        }
    }

    /** {@return how many pages have been neither taken nor asked for} */
    long remaining() {
        return remainingPages;
    }

    /** {@return what it holds in memory} */
    long stateBytes() {
        return levels.stream().mapToLong(PageBits::sizeBytes).sum();
    }

    void asked(int region, int page, boolean keepInPush) {
        if (!keepInPush && remaining.get(region).contains(page)) {
            remaining.get(region).remove(page, 1);
            remainingPages--;
        }
        streams.fault(region, page, this::anyRemaining);
    }

    private boolean anyRemaining(int region, int from, int to) {
        return remaining.get(region).next(from, to) < to;
    }

    /** Takes the next run of a connection's own pages. {@return whether there is one} */
    boolean takeNext(int connection, Run run) {
        Lane lane = lanes[connection];
        if (takeForetold(lane, connection, run) || takeNeighbours(lane, connection, run)) {
            return true;
        }
        for (int level = 0; level < levels.size(); level++) {
            if (takeFrom(levels.get(level), lane.cursors[level], connection, run)) {
                return true;
            }
        }
        return false;
    }

    private boolean takeForetold(Lane lane, int connection, Run run) {
        for (int i = 0; i < FaultStreams.STREAMS; i++) {
            FaultStreams.Stream stream = streams.stream(i);
            if (lane.streamSerial[i] != stream.serial() || stream.window() == 0) {
                lane.streamSerial[i] = stream.serial();
                lane.streamPages[i] = stream.window();
            }
            if (lane.streamPages[i] > 0) {
                if (takeAhead(stream, connection, lane.streamPages[i], run)) {
                    lane.streamPages[i] -= run.count;
                    return true;
                }
                lane.streamPages[i] = 0;
            }
        }
        return false;
    }

    private boolean takeAhead(FaultStreams.Stream stream, int connection, int pages, Run run) {
        int region = stream.region();
        PageBits left = remaining.get(region);
        int from = stream.last();
        if (stream.stride() == 1) {
            int limit = (int) Math.min(left.pageCount(), from + 1L + FaultStreams.MAX_STRIDE);
            int page = stripes.next(connection, region, left, from + 1, limit);
            if (page < limit) {
                takeUp(region, page, Math.min(limit, page + pages), run);
            }
            return page < limit;
        }
        if (stream.stride() == -1) {
            int lowest = Math.max(0, from - FaultStreams.MAX_STRIDE);
            int page = left.previous(from - 1, lowest);
            while (page >= 0 && stripes.connectionOf(region, page) != connection) {
                page = left.previous(page - 1, lowest);
            }
            if (page >= 0) {
                takeDown(region, page, page + 1 - pages, run);
            }
            return page >= 0;
        }
        for (int step = 1; step <= stream.window(); step++) {
            long page = from + (long) step * stream.stride();
            if (isOwn(connection, region, page)) {
                takeUp(region, (int) page, (int) page + 1, run);
                return true;
            }
        }
        return false;
    }

    private boolean takeNeighbours(Lane lane, int connection, Run run) {
        long oldest = Math.max(0, streams.faults() - FaultStreams.RECENT);
        for (long fault = streams.faults() - 1; fault >= oldest; fault--) {
            int slot = (int) (fault % FaultStreams.RECENT);
            if (lane.aroundDone[slot] != fault) {
                if (takeAround(streams.recentRegion(fault), streams.recentPage(fault), connection, run)) {
                    return true;
                }
                lane.aroundDone[slot] = fault;
            }
        }
        return false;
    }

    private boolean takeAround(int region, int page, int connection, Run run) {
        for (int distance = 1; distance <= AROUND_PAGES; distance++) {
            if (isOwn(connection, region, (long) page + distance)) {
                takeUp(region, page + distance, page + AROUND_PAGES + 1, run);
                return true;
            }
            if (isOwn(connection, region, (long) page - distance)) {
                takeDown(region, page - distance, page - AROUND_PAGES, run);
                return true;
            }
        }
        return false;
    }

    private boolean isOwn(int connection, int region, long page) {
        PageBits left = remaining.get(region);
        return page >= 0
                && page < left.pageCount()
                && left.contains((int) page)
                && stripes.connectionOf(region, (int) page) == connection;
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
                takeUp(region, page, left.pageCount(), run);
                return true;
            }
        }
        return false;
    }

    /** Takes the run that begins with a page and ends before another, if it does not end sooner. */
    private void takeUp(int region, int page, int before, Run run) {
        PageBits left = remaining.get(region);
        int end = stripes.endOfFrame(region, page, Math.min(before, page + run.maxPages));
        take(region, page, left.nextAbsent(page, end), run);
    }

    /** Takes the run that ends with a page and begins no lower than another. */
    private void takeDown(int region, int page, int lowest, Run run) {
        PageBits left = remaining.get(region);
        int limit = Math.max(Math.max(0, lowest), page + 1 - run.maxPages);
        int first = page;
        while (first > limit && left.contains(first - 1) && stripes.endOfFrame(region, first - 1, page + 1) > page) {
            first--;
        }
        take(region, first, page + 1, run);
    }

    private void take(int region, int first, int end, Run run) {
        run.region = region;
        run.first = first;
        run.count = end - first;
        remaining.get(region).remove(first, run.count);
        remainingPages -= run.count;
    }
}
