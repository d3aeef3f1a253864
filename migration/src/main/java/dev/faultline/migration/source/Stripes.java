package dev.faultline.migration.source;

import dev.faultline.migration.page.PageBits;

/**
 * Which page connection a page is sent on, always the same one: so that a later frame of it never arrives before an earlier
 * one. Runs of as many pages as one frame carries go to the connections in turn.
 */
final class Stripes {
    private final int connections;
    private final int[] framePages;
    private volatile int shift;

    /**
     * Divides pages among connections.
     *
     * @param framePages how many pages one frame carries at most, by region
     */
    Stripes(int connections, int[] framePages) {
        this.connections = connections;
        this.framePages = framePages.clone();
    }

    int connections() {
        return connections;
    }

    /** Has every page go to another connection from now on, which breaks the order of its frames: a test switch. */
    void shift(int by) {
        shift = by % connections;
    }

    int connectionOf(int region, int page) {
        return (page / framePages[region] + shift) % connections;
    }

    /** {@return the first page at or after {@code from} that is a connection's} It may be beyond the region's end. */
    long nextOwn(int connection, int region, long from) {
        long stripe = from / framePages[region];
        int ahead = Math.floorMod(connection - shift - stripe, connections);
        return ahead == 0 ? from : (stripe + ahead) * framePages[region];
    }

    /** {@return the first page of a set at or after {@code from} that is a connection's, or the region's page count} */
    int next(int connection, int region, PageBits pages, int from) {
        return next(connection, region, pages, from, pages.pageCount());
    }

    /** {@return the first page of a set at or after {@code from} that is a connection's, or {@code limit} if it is not before} */
    int next(int connection, int region, PageBits pages, int from, int limit) {
        int page = pages.next(from, limit);
        while (page < limit) {
            long own = nextOwn(connection, region, page);
            if (own == page) {
                return page;
            }
            page = own < limit ? pages.next((int) own, limit) : limit;
        }
        return page;
    }

    /** {@return where the run of a connection's pages ends that a page of its own is in, if that is before {@code end}} */
    int endOfRun(int region, int page, int end) {
        long stripeEnd = (page / framePages[region] + 1L) * framePages[region];
        return connections == 1 ? end : (int) Math.min(end, stripeEnd);
    }

    /** {@return where the frame ends that a page is in, if that is before {@code end}} */
    int endOfFrame(int region, int page, int end) {
        return (int) Math.min(end, (page / framePages[region] + 1L) * framePages[region]);
    }
}
