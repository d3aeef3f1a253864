package dev.faultline.migration.rate;

import dev.faultline.migration.rate.FilePages.Place;
import dev.faultline.migration.tracking.TrackedRange;
import dev.faultline.migration.tracking.TrackedRange.WrittenPages;
import dev.faultline.uffd.Pagemap;
import dev.faultline.uffd.Uffd;
import dev.faultline.uffd.os.LinuxException;
import java.util.ArrayList;
import java.util.List;

/** Counts the written pages of one memory file. */
final class AreaMeter {
    /** As many as a region of a guest may have at most. */
    private static final long MOST_PAGES = 1 << 30;

    private record Part(TrackedRange range, int firstPage) {}

    private final MemoryArea area;
    private final List<Part> parts = new ArrayList<>();
    private final WorkingSet workingSet;
    private boolean whole = true;

    /** @throws IllegalArgumentException if it has too many pages */
    AreaMeter(MemoryArea area, long windowNanos) {
        this.area = area;
        FilePages pages = FilePages.of(area);
        if (pages.pageCount() > MOST_PAGES) {
            throw new IllegalArgumentException(area.name() + " has " + pages.pageCount() + " pages, and " + MOST_PAGES
                    + " can be counted at most");
        }
        int shift = area.pageSize().shift();
        for (Place place : pages.places()) {
            long lengthBytes = place.range().lengthBytes();
            TrackedRange range = new TrackedRange(area.name(), place.range().address(), lengthBytes, shift);
            parts.add(new Part(range, (int) place.firstPage()));
        }
        workingSet = new WorkingSet((int) pages.pageCount(), windowNanos);
    }

    void begin(Uffd uffd) {
        parts.forEach(part -> part.range.begin(uffd));
    }

    AreaSample sample(Pagemap pagemap, long fromNanos, long toNanos) {
        workingSet.begin(fromNanos, toNanos);
        for (Part part : parts) {
            take(part.range, pagemap, (first, count) -> workingSet.add(part.firstPage + first, count));
        }
        int shift = area.pageSize().shift();
        return new AreaSample(
                area,
                workingSet.writtenPages() << shift,
                workingSet.recentPages() << shift,
                workingSet.totalPages() << shift,
                whole);
    }

    /**
     * A scan that fails may have protected pages again without telling of them: the sample that finds out that its area is
     * not whole is itself not, either.
     */
    private void take(TrackedRange range, Pagemap pagemap, WrittenPages written) {
        if (whole) {
            try {
                range.takeWritten(pagemap, written);
                return;
            } catch (LinuxException e) {
                // If it is not that something else was mapped there, the next attempt fails just so.
                range.takeWrittenWhereTracked(pagemap, written);
                whole = false;
            }
        } else {
            range.takeWrittenWhereTracked(pagemap, written);
        }
    }

    void end(Uffd uffd) {
        parts.forEach(part -> part.range.end(uffd));
    }
}
