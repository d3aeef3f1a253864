package dev.faultline.migration.source;

/**
 * Recognises streams among the guest's faults: pages one after the other or evenly apart, upwards or downwards. Three of
 * the last faults that are evenly apart make a stream, so that streams of several vCPUs are found however they are mixed,
 * and among faults that follow no rule. Each fault that a stream foretold doubles how far it looks ahead; one that falls
 * between its pages halves it. The streams that have gone longest without a fault make room for new ones.
 */
final class FaultStreams {
    static final int STREAMS = 8;
    static final int RECENT = 16;
    static final int FIRST_WINDOW = 8;
    static final int MAX_WINDOW = 512;
    /** Pages further apart than this belong together by chance. */
    static final int MAX_STRIDE = 4096;

    /** Tells whether any page from {@code from} on and before {@code to} has yet to be sent. */
    @FunctionalInterface
    interface Pending {
        boolean anyIn(int region, int from, int to);
    }

    /**
     * One stream. Next are {@code window} pages that have yet to be sent: of {@code last + stride}, {@code last + 2 stride} and
     * so on; with a stride of 1 or -1, of all that follow or precede.
     */
    static final class Stream {
        private int region;
        private int last;
        private int stride;
        private int window;
        private long serial;

        int region() {
            return region;
        }

        int last() {
            return last;
        }

        int stride() {
            return stride;
        }

        /** {@return how many pages ahead it looks; 0 if there is no such stream} */
        int window() {
            return window;
        }

        /** {@return the number of its last fault} */
        long serial() {
            return serial;
        }

        private boolean leadsTo(int page, Pending pending) {
            long distance = (long) page - last;
            long steps = distance % stride == 0 ? distance / stride : 0;
            if (steps <= 0 || steps > MAX_STRIDE) {
                return false;
            }
            return steps <= window + 1L
                    || (Math.abs(stride) == 1
                            && !pending.anyIn(region, Math.min(page, last) + 1, Math.max(page, last)));
        }

        private boolean spans(int page) {
            long ahead = ((long) page - last) * Integer.signum(stride);
            return ahead > 0 && ahead < (long) window * Math.abs(stride);
        }
    }

    private final Stream[] streams = new Stream[STREAMS];
    private final int[] recentRegions = new int[RECENT];
    private final int[] recentPages = new int[RECENT];
    private long faults;

    FaultStreams() {
        for (int i = 0; i < STREAMS; i++) {
            streams[i] = new Stream();
        }
    }

    Stream stream(int index) {
        return streams[index];
    }

    /** {@return how many faults there were; each has the number of those before it} */
    long faults() {
        return faults;
    }

    int recentRegion(long fault) {
        return recentRegions[(int) (fault % RECENT)];
    }

    /** {@return the page of one of the last {@link #RECENT} faults} */
    int recentPage(long fault) {
        return recentPages[(int) (fault % RECENT)];
    }

    /** Takes the next fault. */
    void fault(int region, int page, Pending pending) {
        if (!goesOn(region, page, pending)) {
            begin(region, page, pending);
        }
        recentRegions[(int) (faults % RECENT)] = region;
        recentPages[(int) (faults % RECENT)] = page;
        faults++;
    }

    private boolean goesOn(int region, int page, Pending pending) {
        for (Stream stream : streams) {
            if (stream.window == 0 || stream.region != region) {
                continue;
            }
            if (stream.leadsTo(page, pending)) {
                stream.last = page;
                stream.window = Math.min(MAX_WINDOW, 2 * stream.window);
                stream.serial = faults;
                return true;
            }
            if (stream.spans(page)) {
                stream.window /= 2;
            }
        }
        return false;
    }

    /** The nearest of the last faults that has another one just as far behind it. */
    private void begin(int region, int page, Pending pending) {
        int best = 0;
        for (long fault = Math.max(0, faults - RECENT); fault < faults; fault++) {
            int delta = page - recentPage(fault);
            boolean nearer = best == 0 || Math.abs(delta) < Math.abs(best);
            if (recentRegion(fault) == region && delta != 0 && Math.abs(delta) <= MAX_STRIDE && nearer) {
                best = isRecent(region, (long) page - 2L * delta) ? delta : best;
            }
        }
        if (best != 0) {
            Stream stream = oldest();
            stream.region = region;
            stream.last = page;
            stream.stride = leavesNone(region, page, best, pending) ? Integer.signum(best) : best;
            stream.window = FIRST_WINDOW;
            stream.serial = faults;
        }
    }

    /** Pages that are there already raise no faults: what looks like big steps may be small ones. */
    private static boolean leavesNone(int region, int page, int delta, Pending pending) {
        int from = page - 2 * delta;
        return delta > 0
                ? !pending.anyIn(region, from + 1, page - delta) && !pending.anyIn(region, page - delta + 1, page)
                : !pending.anyIn(region, page + 1, page - delta) && !pending.anyIn(region, page - delta + 1, from);
    }

    private boolean isRecent(int region, long page) {
        for (long fault = Math.max(0, faults - RECENT); fault < faults; fault++) {
            if (recentPage(fault) == page && recentRegion(fault) == region) {
                return true;
            }
        }
        return false;
    }

    private Stream oldest() {
        Stream oldest = streams[0];
        for (Stream stream : streams) {
            if (stream.window == 0) {
                return stream;
            }
            if (stream.serial < oldest.serial) {
                oldest = stream;
            }
        }
        return oldest;
    }
}
