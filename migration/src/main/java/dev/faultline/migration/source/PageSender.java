package dev.faultline.migration.source;

import dev.faultline.migration.page.PageBits;
import dev.faultline.migration.wire.Frame;
import dev.faultline.migration.wire.FrameChannel;
import dev.faultline.migration.wire.FrameHeader;
import dev.faultline.migration.wire.FrameType;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;

/** Sends pages on the pages connection: rounds, and the push. One thread sends; another takes the acknowledgements. */
final class PageSender {
    private static final ByteBuffer NO_PAYLOAD = ByteBuffer.allocate(0);
    /** Every how many frames the destination is asked to say how far it is. */
    private static final int ACK_EVERY = 16;

    private final FrameChannel channel;
    private final List<PageReader> readers;
    private final SendLedger ledger;
    private final SourceCounters counters;
    private long frames;

    PageSender(FrameChannel channel, List<PageReader> readers, SendLedger ledger, SourceCounters counters) {
        this.channel = channel;
        this.readers = readers;
        this.ledger = ledger;
        this.counters = counters;
    }

    /** Sends every page of a set. {@return how many were content} */
    long sendAll(List<PageBits> pages, long round) throws IOException {
        long contentPages = 0;
        for (PageReader reader : readers) {
            PageBits bits = pages.get(reader.region().id());
            for (int first = bits.next(0); first < bits.pageCount(); ) {
                int end = bits.nextAbsent(first);
                contentPages += send(reader, first, end - first, round);
                first = bits.next(end);
            }
        }
        return contentPages;
    }

    /** Pushes what is left until nothing is; the destination drops what it got by a fault meanwhile. */
    void push(FinalMap map) throws IOException {
        PushOrder.Run run = new PushOrder.Run();
        while (map.takeNext(run)) {
            long content = send(readers.get(run.region), run.first, run.count, Frame.FINAL);
            counters.pushedPages.addAndGet(content);
            counters.pushedZeroPages.addAndGet(run.count - content);
        }
    }

    private long send(PageReader reader, int first, int count, long round) throws IOException {
        Pieces pieces = new Pieces(reader, round);
        reader.read(first, count, pieces);
        return pieces.contentPages;
    }

    /** The pieces of one run, each a frame. */
    private final class Pieces implements PageReader.Pieces {
        private final PageReader reader;
        private final long round;
        private long contentPages;

        Pieces(PageReader reader, long round) {
            this.reader = reader;
            this.round = round;
        }

        @Override
        public void content(int first, int count, ByteBuffer bytes) throws IOException {
            contentPages += count;
            counters.sentBytes.addAndGet(bytes.remaining());
            frame(FrameType.PAGES, first, count, bytes);
        }

        @Override
        public void zeros(int first, int count) throws IOException {
            frame(FrameType.ZEROS, first, count, NO_PAYLOAD);
        }

        private void frame(FrameType type, int first, int count, ByteBuffer payload) throws IOException {
            int region = reader.region().id();
            ledger.sending(region, first, count);
            frames++;
            channel.write(type, frames % ACK_EVERY == 0 ? Frame.FLAG_ACK : 0, region, count, first, round, payload);
        }
    }

    /** Asks the destination to acknowledge everything sent so far. */
    void requestAck() throws IOException {
        // A zero frame of no pages changes nothing; it is counted as every frame is.
        ledger.sending(0, 0, 0);
        frames++;
        channel.write(FrameType.ZEROS, Frame.FLAG_ACK, 0, 0, 0, 0, NO_PAYLOAD);
    }

    /** Takes acknowledgements until the connection closes. */
    void readAcknowledgements() throws IOException {
        while (true) {
            FrameHeader header = channel.readHeader();
            if (header.type() != FrameType.APPLIED || header.payloadBytes() != 0) {
                throw channel.unexpected(header, "destination", "pages");
            }
            ledger.applied(header.round());
        }
    }
}
