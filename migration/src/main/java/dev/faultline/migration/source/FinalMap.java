package dev.faultline.migration.source;

import dev.faultline.migration.host.Host;
import dev.faultline.migration.host.Signal;
import dev.faultline.migration.page.PageBits;
import java.util.List;
import java.util.Objects;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * The dirty map, once the guest is paused and it is known, and what of it is left to push. Faults that come before wait
 * here: no page is called current, and none is copied, before the final set is known.
 */
final class FinalMap {
    private final Signal known;
    private volatile @Nullable List<PageBits> dirty;
    private volatile boolean givenUp;
    private @Nullable PushOrder order;

    FinalMap(Host host) {
        known = host.newSignal();
    }

    /** Fixes the map for good. */
    void freeze(List<PageBits> finalDirty, PushOrder pushOrder) {
        synchronized (this) {
            order = pushOrder;
        }
        dirty = finalDirty;
        known.raise();
    }

    /** {@return the dirty pages of each region, waiting until they are known}; never changed any more */
    List<PageBits> await() throws InterruptedException {
        known.await(() -> dirty != null || givenUp, Signal.FOREVER);
        List<PageBits> bits = dirty;
        if (bits == null) {
            throw new InterruptedException("the migration ended before the dirty map was known");
        }
        return bits;
    }

    /** {@return the dirty pages of each region, which must be known by now} */
    List<PageBits> known() {
        return Objects.requireNonNull(dirty, "the dirty map is not known yet");
    }

    /** Takes the next pages to push on a connection. {@return whether there are any} */
    synchronized boolean takeNext(int connection, PushOrder.Run run) {
        return order != null && order.takeNext(connection, run);
    }

    /** {@return how many pages are still to be pushed, once the map is known} */
    synchronized OptionalLong remaining() {
        return order == null ? OptionalLong.empty() : OptionalLong.of(order.remaining());
    }

    /** The destination asks for a page: it need not be pushed any more, and its neighbours are likely to be next. */
    synchronized void asked(int region, int page, boolean keepInPush) {
        if (order != null) {
            order.asked(region, page, keepInPush);
        }
    }

    /** Lets waiting faults go, unanswered. */
    void giveUp() {
        givenUp = true;
        known.raise();
    }
}
