package dev.faultline.migration.source;

import dev.faultline.migration.AuditReport;
import dev.faultline.migration.guest.GuestRegion;
import dev.faultline.migration.host.Host;
import dev.faultline.migration.host.Signal;
import dev.faultline.migration.page.PageHashes;
import dev.faultline.migration.wire.Frame;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;

/** Takes the destination's manifest, part by part and in order, and has a worker compare it with this side's memory. */
final class Auditor {
    private final Host host;
    private final List<PageReader> readers;
    private final PageComparison comparison;
    private final ConcurrentLinkedQueue<Frame> parts = new ConcurrentLinkedQueue<>();
    private final Signal arrived;
    private volatile boolean ended;
    private volatile long beganNanos;
    private volatile long mostWaitingBytes;

    // Of the session's thread.
    private int nextRegion;
    private long nextPage;
    private int waiting;
    private long waitingBytes;

    /** Told on the worker's thread after each part. */
    @FunctionalInterface
    interface Progress {
        void compared(Frame part, AuditReport soFar, boolean last);
    }

    /** @param readers of all regions; of none if there is to be no audit */
    Auditor(Host host, List<PageReader> readers) {
        this.host = host;
        this.readers = readers;
        comparison = new PageComparison(readers);
        arrived = host.newSignal();
    }

    /**
     * Takes the next part. Called by the session's thread, as {@link #compared} is.
     *
     * @throws IllegalArgumentException if it is not the next one, or more than may be on their way
     */
    void take(Frame part) {
        if (!isNext(part) || waiting == Frame.MANIFEST_WINDOW) {
            throw new IllegalArgumentException("the destination sent hashes of pages " + part.page() + " + "
                    + part.count() + " of region " + part.region() + ", for which it is not the time");
        }
        if (nextRegion == 0 && nextPage == 0) {
            beganNanos = host.nanoTime();
        }
        nextPage += part.count();
        if (nextPage == region().pageCount()) {
            nextRegion++;
            nextPage = 0;
        }
        waiting++;
        waitingBytes += part.payload().length;
        mostWaitingBytes = Math.max(mostWaitingBytes, waitingBytes);
        parts.add(part);
        arrived.raise();
    }

    private boolean isNext(Frame part) {
        return nextRegion < readers.size()
                && part.region() == nextRegion
                && part.page() == nextPage
                && part.count() > 0
                && part.count() <= Math.min(Frame.MAX_MANIFEST_PAGES, region().pageCount() - nextPage)
                && part.payload().length == part.count() * PageHashes.ENTRY_BYTES;
    }

    private GuestRegion region() {
        return readers.get(nextRegion).region();
    }

    /** The destination is about to be told that one part was compared, so that it may send another. */
    void compared(Frame part) {
        waiting--;
        waitingBytes -= part.payload().length;
    }

    /** Compares until all is compared, or nobody wants to know any more. */
    void run(Progress progress) throws IOException, InterruptedException {
        long total = readers.stream()
                .mapToLong(reader -> reader.region().pageCount())
                .sum();
        while (comparison.pages() < total) {
            arrived.await(() -> !parts.isEmpty() || ended, Signal.FOREVER);
            Frame part = parts.poll();
            if (ended || part == null) {
                return;
            }
            comparison.compare(part);
            progress.compared(part, report(), comparison.pages() == total);
        }
    }

    private AuditReport report() {
        return new AuditReport(
                true,
                comparison.pages(),
                comparison.mismatches(),
                comparison.words(),
                mostWaitingBytes,
                host.nanoTime() - beganNanos);
    }

    /** Ends the worker. */
    void giveUp() {
        ended = true;
        arrived.raise();
    }
}
