package dev.faultline.migration.source;

import dev.faultline.migration.guest.Guest;
import dev.faultline.migration.guest.GuestRegion;
import dev.faultline.migration.host.Host;
import dev.faultline.migration.host.Signal;
import dev.faultline.migration.page.PageBits;
import dev.faultline.migration.tracking.TrackedRange;
import dev.faultline.uffd.Uffd;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Finds which pages the guest has written. Everything is protected before the first page is copied, and no write is
 * missed from then on.
 */
final class WriteTracker {
    private enum State {
        NEW,
        STARTING,
        TRACKING,
        STOPPED
    }

    private final Guest guest;
    private final Ranges ranges;
    private final AtomicReference<State> state = new AtomicReference<>(State.NEW);
    private final Signal started;

    WriteTracker(Host host, Guest guest) {
        this(host, guest, Ranges.of(host, guest.regions()));
    }

    WriteTracker(Host host, Guest guest, Ranges ranges) {
        this.guest = guest;
        this.ranges = ranges;
        started = host.newSignal();
    }

    /** {@return one that goes on where an engine that was killed has left off: to be ended} */
    static WriteTracker inherited(Host host, Guest guest) {
        WriteTracker tracker = new WriteTracker(host, guest);
        tracker.state.set(State.TRACKING);
        return tracker;
    }

    /** Protects everything, unless it was stopped before. */
    void start() {
        if (!state.compareAndSet(State.NEW, State.STARTING)) {
            return;
        }
        try {
            for (GuestRegion region : guest.regions()) {
                range(region).register(guest.uffd(region));
            }
            ranges.forEach(range -> range(range).protect(uffd(range)));
        } finally {
            state.set(State.TRACKING); // also half of it has to be ended
            started.raise();
        }
    }

    boolean isTracking() {
        return state.get() == State.TRACKING;
    }

    /** Adds the pages written since they were last protected. */
    void takeWritten(List<PageBits> written) {
        ranges.forEach(range -> takeWritten(range, written.get(range.region())));
    }

    /** Adds those of some pages of a region that were written since they were last protected. */
    void takeWritten(Ranges.Range range, PageBits written) {
        range(range).takeWritten(guest.pagemap(), (page, pages) -> written.add(range.first() + page, pages));
    }

    /** Ends it; the guest goes on unhindered. Does nothing when the machine has gone. */
    void stop() {
        if (state.compareAndSet(State.NEW, State.STOPPED)) {
            return;
        }
        awaitStarted();
        if (state.compareAndSet(State.TRACKING, State.STOPPED)) {
            end(guest);
        }
    }

    private void awaitStarted() {
        try {
            started.await(() -> state.get() != State.STARTING, Signal.FOREVER);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while the tracking of writes began", e);
        }
    }

    /** Ends the tracking that an engine may have left behind. */
    static void end(Guest guest) {
        for (GuestRegion region : guest.regions()) {
            range(region).end(guest.uffd(region));
        }
    }

    private Uffd uffd(Ranges.Range range) {
        return guest.uffd(guest.regions().get(range.region()));
    }

    private TrackedRange range(Ranges.Range range) {
        GuestRegion region = guest.regions().get(range.region());
        return new TrackedRange(
                region.name(),
                region.guestAddress() + ((long) range.first() << region.pageShift()),
                (long) range.count() << region.pageShift(),
                region.pageShift());
    }

    private static TrackedRange range(GuestRegion region) {
        return new TrackedRange(region.name(), region.guestAddress(), region.lengthBytes(), region.pageShift());
    }
}
