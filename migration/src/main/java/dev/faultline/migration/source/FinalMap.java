package dev.faultline.migration.source;

import dev.faultline.migration.host.Host;
import dev.faultline.migration.host.Signal;
import dev.faultline.migration.page.PageBits;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * The dirty map, once the guest is paused, and what of it is left to push. Faults that come before wait here: no page is
 * called current, and none is copied, before it can be known whether it is final.
 */
final class FinalMap {
    private final Signal opened;
    private volatile @Nullable LastScan scan;
    private volatile boolean givenUp;
    private @Nullable PushOrder order;
    private final List<Asked> askedEarly = new ArrayList<>();

    private record Asked(int region, int page, boolean keepInPush) {}

    FinalMap(Host host) {
        opened = host.newSignal();
    }

    /** The guest is paused, and what was on its way to the destination is known. */
    void open(LastScan lastScan) {
        scan = lastScan;
        opened.raise();
    }

    /** Sets what is to be pushed in which order, but for what was asked for already. */
    synchronized void push(PushOrder pushOrder) {
        order = pushOrder;
        askedEarly.forEach(asked -> pushOrder.asked(asked.region, asked.page, asked.keepInPush));
        askedEarly.clear();
    }

    /** {@return the scan of the paused guest, having waited for the pause} */
    LastScan await() throws InterruptedException {
        opened.await(() -> scan != null || givenUp, Signal.FOREVER);
        LastScan now = scan;
        if (now == null) {
            throw new InterruptedException("the migration ended before the guest was paused");
        }
        return now;
    }

    /** {@return the dirty pages of a region, as far as the page's surroundings} */
    PageBits around(int region, int page) throws InterruptedException {
        return await().around(region, page);
    }

    /** Takes the next pages to push on a connection. {@return whether there are any} */
    synchronized boolean takeNext(int connection, PushOrder.Run run) {
        return order != null && order.takeNext(connection, run);
    }

    /** {@return how many pages are still to be pushed, once that is known} */
    synchronized OptionalLong remaining() {
        return order == null ? OptionalLong.empty() : OptionalLong.of(order.remaining());
    }

    /** The destination asks for a page: it need not be pushed any more, and its neighbours are likely to be next. */
    synchronized void asked(int region, int page, boolean keepInPush) {
        if (order == null) {
            askedEarly.add(new Asked(region, page, keepInPush));
        } else {
            order.asked(region, page, keepInPush);
        }
    }

    /** {@return what it holds in memory: all that the source remembers of pages once its rounds have ended} */
    synchronized long stateBytes() {
        return (scan == null ? 0 : scan.stateBytes()) + (order == null ? 0 : order.stateBytes());
    }

    /** Lets waiting faults go, unanswered. */
    void giveUp() {
        givenUp = true;
        opened.raise();
    }
}
