package dev.faultline.migration.source;

import dev.faultline.migration.page.PageBits;
import dev.faultline.migration.wire.Frame;
import dev.faultline.migration.wire.FrameChannel;
import dev.faultline.migration.wire.FrameHeader;
import dev.faultline.migration.wire.FrameType;
import dev.faultline.migration.wire.ProtocolException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;

/**
 * Answers the destination's faults on a connection of their own: "your copy is the final one", for the page and those
 * after it, or the page, or what has changed of it. Whether the page is dirty is looked up now, if nobody has done so yet.
 */
final class FaultAnswerer {
    private static final ByteBuffer NO_PAYLOAD = ByteBuffer.allocate(0);

    private final FrameChannel channel;
    private final List<PageReader> readers;
    private final DeltaMaker deltas;
    private final FinalMap map;
    private final SourceCounters counters;
    private final boolean sendTwice;

    FaultAnswerer(
            FrameChannel channel,
            List<PageReader> readers,
            DeltaMaker deltas,
            FinalMap map,
            SourceCounters counters,
            boolean sendTwice) {
        this.channel = channel;
        this.readers = readers;
        this.deltas = deltas;
        this.map = map;
        this.counters = counters;
        this.sendTwice = sendTwice;
    }

    /** Answers until the connection closes. */
    void run() throws IOException, InterruptedException {
        while (true) {
            FrameHeader header = channel.readHeader();
            int region = header.region();
            long page = header.page();
            if (header.type() != FrameType.FAULT || header.payloadBytes() != 0) {
                throw channel.unexpected(header, "destination", "faults");
            }
            if (region >= readers.size()
                    || page < 0
                    || page >= readers.get(region).region().pageCount()) {
                throw new ProtocolException("the destination asks for page " + page + " of region " + region);
            }
            answer(readers.get(region), (int) page, map.around(region, (int) page));
        }
    }

    /** Looks a short way ahead only: the next dirty page of a big guest may be megabytes of bits away. */
    private static int cleanRun(PageBits dirty, int page) {
        int limit = Math.min((page / PushOrder.RUN_PAGES + 1) * PushOrder.RUN_PAGES, dirty.pageCount());
        int end = page + 1;
        while (end < limit && !dirty.contains(end)) {
            end++;
        }
        return end - page;
    }

    private void answer(PageReader reader, int page, PageBits dirty) throws IOException {
        int region = reader.region().id();
        if (!dirty.contains(page)) {
            int count = cleanRun(dirty, page);
            counters.faultCurrent.incrementAndGet();
            channel.write(FrameType.CURRENT, 0, region, count, page, Frame.FINAL, NO_PAYLOAD);
            return;
        }
        map.asked(region, page, sendTwice);
        counters.faultPages.incrementAndGet();
        reader.read(page, 1, new PageReader.Pieces() {
            @Override
            public void content(int first, int count, ByteBuffer bytes) throws IOException {
                counters.sentBytes.addAndGet(bytes.remaining());
                ByteBuffer delta = deltas.make(region, first, bytes, Frame.FINAL);
                if (delta != null) {
                    deltas.count(bytes.remaining(), delta.remaining());
                }
                ByteBuffer payload = delta == null ? bytes : delta;
                counters.wireBytes.addAndGet(FrameHeader.BYTES + payload.remaining());
                FrameType type = delta == null ? FrameType.PAGES : FrameType.PAGE_DELTA;
                channel.write(type, 0, region, count, first, Frame.FINAL, payload);
            }

            @Override
            public boolean maySeeWrites() {
                return !deltas.covers(region);
            }

            @Override
            public void zeros(int first, int count) throws IOException {
                channel.write(FrameType.ZEROS, 0, region, count, first, Frame.FINAL, NO_PAYLOAD);
            }
        });
    }
}
