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
    /** How far a run goes before it is looked whether the round is cut short. */
    private static final int SLICE_FRAMES = 64;

    private final FrameChannel channel;
    private final List<PageReader> readers;
    private final SendLedger ledger;
    private final SourceCounters counters;
    private final Gate roundGate;
    private final Gate pushGate;
    private long frames;

    PageSender(
            FrameChannel channel,
            List<PageReader> readers,
            SendLedger ledger,
            SourceCounters counters,
            Gate roundGate,
            Gate pushGate) {
        this.roundGate = roundGate;
        this.pushGate = pushGate;
        this.channel = channel;
        this.readers = readers;
        this.ledger = ledger;
        this.counters = counters;
    }

    /** What becomes of pages that the gate does not let through. */
    private interface Unsent {
        void add(int first, int count);
    }

    /**
     * Sends every page of a set, or what the gate lets through.
     *
     * @param pages what to send, by region
     * @param round the number that its frames carry
     * @param unsent gets the pages that were not sent
     * @return how many were content
     */
    long sendAll(List<PageBits> pages, long round, List<PageBits> unsent) throws IOException {
        long contentPages = 0;
        for (PageReader reader : readers) {
            PageBits bits = pages.get(reader.region().id());
            Unsent rest = unsent.get(reader.region().id())::add;
            int slicePages = SLICE_FRAMES * PageReader.framePages(reader.region());
            for (int first = bits.next(0); first < bits.pageCount(); ) {
                int end = Math.min(bits.nextAbsent(first), first + slicePages);
                if (roundGate.isCut()) {
                    rest.add(first, end - first); // without reading it
                } else {
                    contentPages += send(reader, first, end - first, new Pieces(reader, round, roundGate, rest));
                }
                first = bits.next(end);
            }
        }
        return contentPages;
    }

    /** Pushes what is left until nothing is; the destination drops what it got by a fault meanwhile. */
    void push(FinalMap map) throws IOException {
        PushOrder.Run run = new PushOrder.Run();
        while (!pushGate.isCut() && map.takeNext(run)) {
            PageReader reader = readers.get(run.region);
            Pieces pieces = new Pieces(reader, Frame.FINAL, pushGate, (_, _) -> {});
            long content = send(reader, run.first, run.count, pieces);
            counters.pushedPages.addAndGet(content);
            counters.pushedZeroPages.addAndGet(run.count - content);
        }
    }

    private static long send(PageReader reader, int first, int count, Pieces pieces) throws IOException {
        reader.read(first, count, pieces);
        return pieces.contentPages;
    }

    /** The pieces of one run, each a frame. */
    private final class Pieces implements PageReader.Pieces {
        private final PageReader reader;
        private final long round;
        private final Gate gate;
        private final Unsent unsent;
        private long contentPages;

        Pieces(PageReader reader, long round, Gate gate, Unsent unsent) {
            this.reader = reader;
            this.round = round;
            this.gate = gate;
            this.unsent = unsent;
        }

        @Override
        public void content(int first, int count, ByteBuffer bytes) throws IOException {
            int contentBytes = bytes.remaining();
            if (frame(FrameType.PAGES, first, count, bytes)) {
                contentPages += count;
                counters.sentBytes.addAndGet(contentBytes);
            }
        }

        @Override
        public void zeros(int first, int count) throws IOException {
            frame(FrameType.ZEROS, first, count, NO_PAYLOAD);
        }

        /** Returns whether it was sent. */
        private boolean frame(FrameType type, int first, int count, ByteBuffer payload) throws IOException {
            if (!gate.pass(FrameHeader.BYTES + payload.remaining())) {
                unsent.add(first, count);
                return false;
            }
            int region = reader.region().id();
            ledger.sending(region, first, count);
            frames++;
            channel.write(type, frames % ACK_EVERY == 0 ? Frame.FLAG_ACK : 0, region, count, first, round, payload);
            return true;
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
