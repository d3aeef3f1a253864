package dev.faultline.migration;

import java.util.List;
import java.util.stream.Collectors;

/**
 * What a guest has lost with its source.
 *
 * @param policy what has become of the guest: it was poisoned or killed
 * @param regions its memory regions that have lost pages
 * @param ranges the first {@value #MAX_RANGES} runs of lost pages
 * @param moreRanges how many runs there are beyond these
 */
public record LostPagesReport(OnLostPages policy, List<Region> regions, List<Range> ranges, long moreRanges) {
    /** How many runs are told one by one. */
    public static final int MAX_RANGES = 1000;

    private static final int RANGES_IN_WORDS = 10;

    /**
     * A region with lost pages.
     *
     * @param name its name
     * @param pages how many pages of it are lost
     * @param bytes how much memory that is
     */
    public record Region(String name, long pages, long bytes) {}

    /**
     * A run of lost pages.
     *
     * @param region the name of its region
     * @param firstPage its first page, counted from the region's beginning in pages of the region
     * @param lastPage its last page
     */
    public record Range(String region, long firstPage, long lastPage) {
        private String words() {
            return firstPage == lastPage
                    ? region + " page " + firstPage
                    : region + " pages " + firstPage + " to " + lastPage;
        }
    }

    /** {@return how many pages are lost} */
    public long pages() {
        return regions.stream().mapToLong(Region::pages).sum();
    }

    /** {@return what was lost and what has become of the guest, in a sentence of bounded length} */
    public String words() {
        if (regions.isEmpty()) {
            return "every page had come, so that nothing is lost, and the guest goes on here";
        }
        String lost = regions.stream()
                .map(region -> region.pages() + " pages (" + region.bytes() + " bytes) of " + region.name())
                .collect(Collectors.joining(", "));
        if (policy == OnLostPages.KILL) {
            return lost + " are lost with the source, and the guest was killed";
        }
        long more = moreRanges + Math.max(0, ranges.size() - RANGES_IN_WORDS);
        return lost + " are lost with the source and poisoned: "
                + ranges.stream().limit(RANGES_IN_WORDS).map(Range::words).collect(Collectors.joining(", "))
                + (more > 0 ? " and " + more + " more runs" : "")
                + "; the guest goes on here, and who touches one of them gets a SIGBUS or a machine check";
    }
}
