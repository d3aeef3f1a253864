package dev.faultline.migration.page;

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
    public int of(int page) {
        return (ones.contains(page) ? 1 : 0) + (twos.contains(page) ? 2 : 0);
    }

    /**
     * {@return the pages of a set that were counted just so often}
     *
     * @param times how often, 1 to {@link #MOST}
     * @param among the set
     */
    public PageBits counted(int times, PageBits among) {
        PageBits result = new PageBits(among.pageCount());
        result.addAll(among);
        keep(result, ones, (times & 1) != 0);
        keep(result, twos, (times & 2) != 0);
        return result;
    }

    private static void keep(PageBits result, PageBits plane, boolean present) {
        if (present) {
            result.retainAll(plane);
        } else {
            result.removeAll(plane);
        }
    }
}
