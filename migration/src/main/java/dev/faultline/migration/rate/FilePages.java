package dev.faultline.migration.rate;

import dev.faultline.migration.rate.MemoryArea.Range;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Numbers for the mapped pages of a file, from 0 on without gaps: a page that is mapped twice has one number.
 *
 * @param places the mappings, and the number of the first page of each
 * @param pageCount how many pages there are
 */
record FilePages(List<Place> places, long pageCount) {
    record Place(Range range, long firstPage) {}

    static FilePages of(MemoryArea area) {
        int shift = area.pageSize().shift();
        List<Range> byOffset = new ArrayList<>(area.ranges());
        byOffset.sort(Comparator.comparingLong(Range::offset));
        List<Place> places = new ArrayList<>();
        long count = 0;
        long coveredEnd = 0;
        for (Range range : byOffset) {
            // Of a range that overlaps those before it, the pages up to the covered end have numbers already.
            long overlapBytes = Math.max(0, coveredEnd - range.offset());
            places.add(new Place(range, count - (overlapBytes >> shift)));
            count += Math.max(0, range.lengthBytes() - overlapBytes) >> shift;
            coveredEnd = Math.max(coveredEnd, range.offset() + range.lengthBytes());
        }
        return new FilePages(List.copyOf(places), count);
    }
}
