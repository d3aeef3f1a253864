package dev.faultline.migration.page;

import java.util.List;

/**
 * How often each page of a region was found dirty, up to {@link #MOST} times: two bits a page, as two sets, so that a whole
 * set of pages is counted word by word. Not safe for several threads at once; its owner guards it.
 */
public final class DirtyCounts {
    /** What is counted no further. */
    public static final int MOST = 3;

    private final PageBits ones;
    private final PageBits twos;

    /** Makes the counts of a region of that many pages, all 0. */
    public DirtyCounts(int pageCount) {
        ones = new PageBits(pageCount);
        twos = new PageBits(pageCount);
    }

    /** Counts every page of a set once more. */
    public void count(PageBits dirty) {
        PageBits.countUp(ones, twos, dirty);
    }

    /** {@return how often a page was counted, {@link #MOST} at most} */
    int of(int page) {
        return (ones.contains(page) ? 1 : 0) + (twos.contains(page) ? 2 : 0);
    }

    /**
     * Gives the counts up for sets of the pages that were counted {@link #MOST} times, 2 times, once: made of what holds the
     * counts, because each set of a big guest's pages takes memory.
     *
     * @return the three sets; all counts are lost
     */
    public List<PageBits> takeHottestFirst() {
        PageBits most = new PageBits(ones.pageCount());
        most.addAll(ones);
        most.retainAll(twos);
        ones.removeAll(most);
        twos.removeAll(most);
        return List.of(most, twos, ones);
    }
}
