package dev.faultline.migration.source;

import dev.faultline.migration.guest.Guest;
import dev.faultline.migration.host.LocalHost;
import dev.faultline.migration.page.PageBits;
import java.util.List;

/** A guest whose written pages are found by what finds them in the engine, which is reached from this package only. */
public final class ScannedGuest {
    private final Guest guest;
    private final WriteTracker tracker;

    /**
     * What a scan took.
     *
     * @param nanos its time
     * @param pages how many it found
     */
    public record Scan(long nanos, long pages) {}

    /**
     * Makes one.
     *
     * @param guest whose memory it is, registered and protected already
     * @param threads how many scan
     */
    public ScannedGuest(Guest guest, int threads) {
        this.guest = guest;
        tracker = new WriteTracker(LocalHost.INSTANCE, guest, Ranges.of(LocalHost.INSTANCE, guest.regions(), threads));
    }

    /** {@return what it took to find the pages written since the scan before, and to protect them again} */
    public Scan scan() {
        List<PageBits> written = guest.regions().stream()
                .map(region -> new PageBits(region.pageCount()))
                .toList();
        long begun = System.nanoTime();
        tracker.takeWritten(written);
        long nanos = System.nanoTime() - begun;
        return new Scan(nanos, written.stream().mapToLong(PageBits::size).sum());
    }
}
