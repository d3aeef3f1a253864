package dev.faultline.migration.source;

import dev.faultline.migration.codec.CodecPolicy;
import dev.faultline.migration.codec.FixedCodec;
import dev.faultline.migration.codec.PageEncoder;
import dev.faultline.migration.host.Host;
import dev.faultline.migration.page.PageBits;
import dev.faultline.migration.wire.Frame;
import dev.faultline.migration.wire.FrameChannel;
import dev.faultline.migration.wire.FrameHeader;
import dev.faultline.migration.wire.FrameType;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;

/**
 * Sends pages on one page connection, those that are its own: rounds, and the push. One thread sends; another takes the
 * acknowledgements.
 */
final class PageSender {
    private static final ByteBuffer NO_PAYLOAD = ByteBuffer.allocate(0);
    /** Every how many frames the destination is asked to say how far it is. */
    private static final int ACK_EVERY = 16;

    private static final int SMALL_PAGE_BYTES = 4096;
    /** How far a run goes before it is looked whether the round is cut short. */
    private static final int SLICE_FRAMES = 64;

    private final Host host;
    private final FrameChannel channel;
    private final int connection;
    private final Stripes stripes;
    private final List<PageReader> readers;
    private final SendLedger ledger;
    private final SourceCounters counters;
    private final Gate roundGate;
    private final Gate pushGate;
    private final PushWindow window = new PushWindow();
    private final DeltaMaker deltas;
    private PageEncoder encoder;
    private boolean pacesPush = true;
    private long frames;

    PageSender(
            Host host,
            FrameChannel channel,
            int connection,
            Stripes stripes,
            List<PageReader> readers,
            SendLedger ledger,
            DeltaMaker deltas,
            SourceCounters counters,
            Gate roundGate,
            Gate pushGate) {
        this.host = host;
        this.connection = connection;
        this.stripes = stripes;
        encoder = new PageEncoder(host, new FixedCodec(Optional.empty()));
        this.roundGate = roundGate;
        this.pushGate = pushGate;
        this.channel = channel;
        this.readers = readers;
        this.ledger = ledger;
        this.deltas = deltas;
        this.counters = counters;
    }

    SendLedger ledger() {
        return ledger;
    }

    /** Has content compressed as a policy says; before anything is sent. */
    void encodeBy(CodecPolicy policy) {
        encoder.close();
        encoder = new PageEncoder(host, policy);
    }

    void pushUnpaced() {
        pacesPush = false;
    }

    /** What becomes of pages that the gate does not let through. */
    private interface Unsent {
        void add(int first, int count);
    }

    /**
     * Sends every page of a set that is this connection's, or what the gate lets through.
     *
     * @param pages what to send, by region
     * @param round the number that its frames carry
     * @param unsent gets the pages that were not sent; the other connections' threads add theirs
     * @return how many were content
     */
    long sendAll(List<PageBits> pages, long round, List<PageBits> unsent) throws IOException {
        long contentPages = 0;
        for (PageReader reader : readers) {
            int region = reader.region().id();
            PageBits bits = pages.get(region);
            Unsent rest = shared(unsent.get(region));
            int slicePages = SLICE_FRAMES * PageReader.framePages(reader.region());
            for (int first = stripes.next(connection, region, bits, 0); first < bits.pageCount(); ) {
                int end = stripes.endOfRun(region, first, Math.min(bits.nextAbsent(first), first + slicePages));
                if (roundGate.isCut()) {
                    rest.add(first, end - first); // without reading it
                } else {
                    contentPages += send(reader, first, end - first, new Pieces(reader, round, roundGate, rest));
                }
                first = stripes.next(connection, region, bits, end);
            }
        }
        return contentPages;
    }

    private static Unsent shared(PageBits unsent) {
        return (first, count) -> {
            synchronized (unsent) {
                unsent.add(first, count);
            }
        };
    }

    /** Pushes what is left until nothing is; the destination drops what it got by a fault meanwhile. */
    void push(FinalMap map) throws IOException {
        PushOrder.Run run = new PushOrder.Run();
        while (!pushGate.isCut() && takeNext(map, run)) {
            PageReader reader = readers.get(run.region);
            Pieces pieces = new Pieces(reader, Frame.FINAL, pushGate, (_, _) -> {});
            long content = send(reader, run.first, run.count, pieces);
            counters.pushedPages.addAndGet(content);
            counters.pushedZeroPages.addAndGet(run.count - content);
        }
    }

    private boolean takeNext(FinalMap map, PushOrder.Run run) throws IOException {
        // Not before something may be sent: until then a fault may say that other pages are wanted first.
        if (pacesPush) {
            ledger.await(() -> pushGate.isCut() || window.mayGo(window.frameBytes()));
            run.maxPages = Math.clamp(window.frameBytes() / SMALL_PAGE_BYTES, 1, PushOrder.RUN_PAGES);
        }
        return map.takeNext(connection, run);
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
            ByteBuffer delta = deltas.make(reader.region().id(), first, bytes, round);
            if (delta != null) {
                delta(first, delta, contentBytes);
                return;
            }
            ByteBuffer payload = encoder.encode(bytes, reader.isPrivate());
            long begin = host.nanoTime();
            long frame = frame(encoder.type(), first, count, payload);
            if (frame > 0) {
                deltas.sent(reader.region().id(), first, round, frame);
                encoder.sent(host.nanoTime() - begin);
                contentPages += count;
                counters.sentBytes.addAndGet(contentBytes);
                if (encoder.type() != FrameType.PAGES) {
                    counters.compressedBytes.addAndGet(contentBytes);
                }
            }
        }

        @Override
        public boolean maySeeWrites() {
            return !deltas.covers(reader.region().id());
        }

        private void delta(int page, ByteBuffer payload, int pageBytes) throws IOException {
            int deltaBytes = payload.remaining();
            long frame = frame(FrameType.PAGE_DELTA, page, 1, payload);
            if (frame > 0) {
                deltas.sent(reader.region().id(), page, round, frame);
                deltas.count(pageBytes, deltaBytes);
                contentPages++;
                counters.sentBytes.addAndGet(pageBytes);
            }
        }

        @Override
        public void zeros(int first, int count) throws IOException {
            long frame = frame(FrameType.ZEROS, first, count, NO_PAYLOAD);
            if (frame > 0) {
                deltas.sentZeros(reader.region().id(), first, count, round, frame);
            }
        }

        /** Returns its number, or 0 if it was not sent. */
        private long frame(FrameType type, int first, int count, ByteBuffer payload) throws IOException {
            int wireBytes = FrameHeader.BYTES + payload.remaining();
            if (!gate.pass(wireBytes)) {
                unsent.add(first, count);
                return 0;
            }
            counters.wireBytes.addAndGet(wireBytes);
            int region = reader.region().id();
            long number = ledger.sending(region, first, count);
            frames++;
            boolean acknowledge =
                    round == Frame.FINAL ? window.sending(frames, wireBytes, host.nanoTime()) : frames % ACK_EVERY == 0;
            channel.write(type, acknowledge ? Frame.FLAG_ACK : 0, region, count, first, round, payload);
            return number;
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
            window.applied(header.round(), host.nanoTime());
            ledger.applied(header.round());
        }
    }

    /** Called when no thread sends any more. */
    void close() {
        encoder.close();
    }
}
