package dev.faultline.migration.destination;

import dev.faultline.migration.page.PageStates;

/**
 * How many pages around a faulting one are mapped with it. That a guest will use them cannot be seen, only that it has used
 * their neighbours: of the aligned blocks around a page, the largest is taken of which so much is mapped already that the
 * rest is likely to follow. So the blocks double along a sequence, upwards or downwards, and a page that is touched alone
 * is mapped alone, for which the guest waits less. It remembers nothing but the states, and any thread may ask.
 */
final class FaultAround {
    /** A fault costs as much as CONTINUE of some hundred pages; with more, the thread that waits would lose by it. */
    static final int MAX_PAGES = 512;
    /** What is touched here and there is worth mapping as a whole sooner: CONTINUE of all of it costs two or three faults. */
    static final int DENSE_PAGES = 64;

    private static final int DENSE_PART = 4;
    private static final int SEQUENCE_PART = 2;

    private FaultAround() {}

    /** {@return the length of the aligned block around a page that is to be mapped with it, a power of 2; 1 for none} */
    static int blockPages(PageStates states, int page) {
        int block = 1;
        int mapped = 0;
        for (int pages = 2; pages <= MAX_PAGES; pages *= 2) {
            int half = pages / 2;
            int other = (page & -half) ^ half;
            mapped += states.mapped(other, other + half);
            int part = pages == DENSE_PAGES ? DENSE_PART : SEQUENCE_PART;
            if (mapped >= pages / part) {
                block = pages;
            }
        }
        return block;
    }
}
