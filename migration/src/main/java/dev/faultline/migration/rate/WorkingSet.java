package dev.faultline.migration.rate;

import java.util.ArrayList;
import java.util.List;

/**
 * Which pages were written lately, and which ever. Each page has the number of the sample that last found it written, so
 * that a page counts once, in the youngest sample that has it.
 */
final class WorkingSet {
    /** The samples of the window, oldest first; of the first one the number is {@link #firstInWindow}. */
    private static final class Sample {
        final long middleNanos;
        long pages;

        Sample(long middleNanos) {
            this.middleNanos = middleNanos;
        }
    }

    private static final int NEVER = 0;

    private final int[] lastSample;
    private final long windowNanos;
    private final List<Sample> window = new ArrayList<>();
    private int firstInWindow = NEVER + 1;
    private int current = NEVER;
    private long totalPages;

    WorkingSet(int pageCount, long windowNanos) {
        lastSample = new int[pageCount];
        this.windowNanos = windowNanos;
    }

    /**
     * Begins with the next sample, of what was written between two times. It stays in the window until most of it is older
     * than that: so a sample that comes a bit late changes nothing.
     */
    void begin(long fromNanos, long toNanos) {
        current++;
        window.add(new Sample(fromNanos + (toNanos - fromNanos) / 2));
        while (window.size() > 1 && toNanos - window.getFirst().middleNanos >= windowNanos) {
            window.removeFirst();
            firstInWindow++;
        }
    }

    /** Adds pages that were written. */
    void add(int firstPage, int pageCount) {
        for (int page = firstPage; page < firstPage + pageCount; page++) {
            int before = lastSample[page];
            if (before == current) {
                continue; // by another mapping, too
            }
            if (before == NEVER) {
                totalPages++;
            } else if (before >= firstInWindow) {
                window.get(before - firstInWindow).pages--;
            }
            lastSample[page] = current;
            window.getLast().pages++;
        }
    }

    /** {@return how many pages were written in the latest sample} */
    long writtenPages() {
        return window.isEmpty() ? 0 : window.getLast().pages;
    }

    /** {@return how many pages were written in the window} */
    long recentPages() {
        return window.stream().mapToLong(sample -> sample.pages).sum();
    }

    /** {@return how many pages were written in any sample} */
    long totalPages() {
        return totalPages;
    }
}
