package dev.faultline.migration.destination;

import dev.faultline.migration.page.PageBits;
import dev.faultline.migration.page.PageStates;
import dev.faultline.migration.page.PageWay;
import dev.faultline.migration.page.WaitingFaults;
import dev.faultline.migration.wire.Frame;
import dev.faultline.migration.wire.ProtocolException;

/** Takes a part of the dirty map: what is clean is the final content now, and may be waited for. */
final class MapApplier {
    private MapApplier() {}

    static void apply(Frame frame, Arrival arrival) throws ProtocolException {
        int index = frame.region();
        if (frame.count() < 1 || !arrival.memory.hasPages(index, frame.page(), frame.count())) {
            throw new ProtocolException("the source sent the dirty map of pages " + frame.page() + " + " + frame.count()
                    + " of region " + index);
        }
        PageBits dirty = PageBits.decode(frame.payload(), (int) frame.count());
        PageStates states = arrival.memory.states(index);
        int first = (int) frame.page();
        for (int i = 0; i < dirty.pageCount(); i++) {
            if (dirty.contains(i)) {
                states.learnDirty(first + i);
            } else if (!arrival.memory.learnClean(index, first + i, PageWay.BY_MAP)) {
                throw new ProtocolException("the source calls page " + (first + i) + " of region " + index
                        + " clean, of which the destination has no whole copy");
            }
        }
        arrival.shards.forEachWaiting(key -> {
            int region = WaitingFaults.region(key);
            int page = WaitingFaults.page(key);
            if (PageStates.isCurrent(arrival.memory.states(region).state(page))) {
                arrival.mapper.answer(region, page, FaultKind.CONFIRMED);
            }
        });
        arrival.handOver.pagesBecameCurrent();
    }
}
