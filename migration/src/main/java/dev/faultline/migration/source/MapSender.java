package dev.faultline.migration.source;

import dev.faultline.migration.engine.Outbox;
import dev.faultline.migration.guest.GuestRegion;
import dev.faultline.migration.wire.Frame;
import dev.faultline.migration.wire.FrameType;
import java.util.List;

/** Sends the dirty map, each part as soon as it is known. */
final class MapSender {
    private MapSender() {}

    static void send(FinalMap map, List<GuestRegion> regions, Outbox outbox) throws InterruptedException {
        for (int region = 0; region < regions.size(); region++) {
            int pageCount = regions.get(region).pageCount();
            for (int first = 0; first < pageCount; first += LastScan.CHUNK_PAGES) {
                int count = Math.min(LastScan.CHUNK_PAGES, pageCount - first);
                byte[] chunk = map.around(region, first).encode(first, count);
                outbox.send(new Frame(FrameType.DIRTY_MAP, 0, region, count, first, 0, chunk));
            }
        }
    }
}
