package dev.faultline.migration.source;

import dev.faultline.migration.guest.GuestRegion;
import dev.faultline.migration.host.Host;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * All of a guest's memory in ranges, for work that is done to each: on several threads if there is so much memory that
 * this is worth their start, and the processors to run them. Ranges share no word of a {@link
 * dev.faultline.migration.page.PageBits}.
 */
final class Ranges {
    /** Long enough that the calls do not matter, short enough that no thread is left with much when the others end. */
    private static final long RANGE_BYTES = 256L << 20;

    private static final long BYTES_FOR_MORE_THREADS = 1L << 30;
    /** More would only take processors from the guest. */
    private static final int MOST_THREADS = 4;
    /** With two processors a second thread takes longer than it saves, unless everything was written: docs/performance.md. */
    private static final int PROCESSORS_PER_THREAD = 2;

    /** Some pages of a region. */
    record Range(int region, int first, int count) {}

    /** What is done to a range. */
    @FunctionalInterface
    interface Work {
        void on(Range range);
    }

    private final Host host;
    private final int threads;
    private final List<Range> ranges;

    private Ranges(Host host, int threads, List<Range> ranges) {
        this.host = host;
        this.threads = threads;
        this.ranges = ranges;
    }

    /** {@return the ranges of a guest's regions} */
    static Ranges of(Host host, List<GuestRegion> regions) {
        long bytes = regions.stream().mapToLong(GuestRegion::lengthBytes).sum();
        int processors = Runtime.getRuntime().availableProcessors();
        int threads = Math.clamp(processors / PROCESSORS_PER_THREAD, 1, MOST_THREADS);
        return of(host, regions, bytes < BYTES_FOR_MORE_THREADS ? 1 : threads);
    }

    /** {@return the same, worked on by that many threads} */
    static Ranges of(Host host, List<GuestRegion> regions, int threads) {
        List<Range> ranges = new ArrayList<>();
        for (GuestRegion region : regions) {
            int step = (int) Math.max(Long.SIZE, RANGE_BYTES >> region.pageShift());
            for (int first = 0; first < region.pageCount(); first += step) {
                ranges.add(new Range(region.id(), first, Math.min(step, region.pageCount() - first)));
            }
        }
        return new Ranges(host, threads, ranges);
    }

    /** Does the work to all ranges; each thread takes the next. Fails when that of any has failed. */
    void forEach(Work work) {
        if (threads == 1) {
            ranges.forEach(work::on);
            return;
        }
        AtomicInteger next = new AtomicInteger();
        try {
            Together.run(host, "range", threads, _ -> takeTurns(next, work), () -> next.set(ranges.size()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void takeTurns(AtomicInteger next, Work work) {
        int mine = next.getAndIncrement();
        while (mine < ranges.size()) {
            work.on(ranges.get(mine));
            mine = next.getAndIncrement();
        }
    }
}
