package dev.faultline.migration.source;

import dev.faultline.migration.page.PageBits;
import dev.faultline.migration.wire.Frame;
import java.util.List;

/** Which pages a destination that was here before does not have, as it says in NEEDED frames. */
final class Needed {
    private final List<PageBits> pages;

    /** Starts with none. */
    Needed(List<PageBits> none) {
        pages = none;
    }

    void take(Frame frame) {
        int index = frame.region();
        boolean fits = index < pages.size()
                && frame.page() >= 0
                && frame.page() % Long.SIZE == 0
                && frame.count() > 0
                && frame.page() <= pages.get(index).pageCount() - frame.count();
        if (!fits) {
            throw new IllegalArgumentException("the destination says that it needs pages " + frame.page() + " + "
                    + frame.count() + " of region " + index);
        }
        PageBits bits = PageBits.decode(frame.payload(), (int) frame.count());
        for (int first = bits.next(0); first < bits.pageCount(); ) {
            int end = bits.nextAbsent(first);
            pages.get(index).add((int) frame.page() + first, end - first);
            first = bits.next(end);
        }
    }

    /** {@return those of them that are dirty, once all have been taken} The others it has only to be told of. */
    List<PageBits> dirty(List<PageBits> dirty) {
        for (int region = 0; region < dirty.size(); region++) {
            pages.get(region).retainAll(dirty.get(region));
        }
        return pages;
    }
}
