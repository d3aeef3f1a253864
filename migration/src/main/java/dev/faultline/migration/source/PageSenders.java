package dev.faultline.migration.source;

import dev.faultline.migration.Compression;
import dev.faultline.migration.TestSwitch;
import dev.faultline.migration.codec.AdaptiveCodec;
import dev.faultline.migration.codec.Codec;
import dev.faultline.migration.codec.CodecPolicy;
import dev.faultline.migration.codec.FixedCodec;
import dev.faultline.migration.engine.EngineLoop;
import dev.faultline.migration.host.Host;
import dev.faultline.migration.page.PageBits;
import dev.faultline.migration.wire.Frame;
import dev.faultline.migration.wire.FrameChannel;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;

/**
 * All page connections. Each has a thread that sends its own pages, one that takes its acknowledgements, and a ledger; a
 * round, and the push, have ended when every connection's part has.
 */
final class PageSenders implements AutoCloseable {
    private final Host host;
    private final List<PageSender> senders = new ArrayList<>();
    private final Stripes stripes;
    private final SourceCounters counters;
    private final SentBlocks sentBlocks;

    PageSenders(
            Host host,
            List<FrameChannel> channels,
            SourceMemory memory,
            SourceCounters counters,
            Gate roundGate,
            Gate pushGate) {
        this.host = host;
        this.counters = counters;
        stripes = new Stripes(channels.size(), memory.framePages());
        List<SendLedger> ledgers =
                channels.stream().map(_ -> new SendLedger(host)).toList();
        sentBlocks = new SentBlocks(memory.regions(), ledgers, stripes, counters);
        for (FrameChannel channel : channels) {
            senders.add(new PageSender(
                    host,
                    channel,
                    senders.size(),
                    stripes,
                    memory.newReaders(),
                    ledgers.get(senders.size()),
                    newDeltaMaker(),
                    counters,
                    roundGate,
                    pushGate));
        }
    }

    /** What one connection does, beside the others. */
    @FunctionalInterface
    private interface Part {
        void run(PageSender sender) throws IOException;
    }

    Stripes stripes() {
        return stripes;
    }

    SendLedger ledger(int connection) {
        return senders.get(connection).ledger();
    }

    private DeltaMaker newDeltaMaker() {
        return new DeltaMaker(sentBlocks, counters);
    }

    /** {@return what answers faults beside what is sent here; see {@link FaultAnswerer}} */
    FaultAnswerer newAnswerer(FrameChannel channel, List<PageReader> readers, FinalMap map, boolean sendTwice) {
        return new FaultAnswerer(channel, readers, newDeltaMaker(), map, counters, sendTwice);
    }

    /**
     * Has content sent as it was asked for and can be read, from now on; before anything is sent.
     *
     * @param formats the set that the destination can read
     */
    void agree(SourceOptions options, int formats) {
        senders.forEach(sender -> sender.encodeBy(policy(options.dataPath().compression(), formats)));
        if (options.dataPath().deltas() && (formats & Frame.FLAG_DELTAS) != 0) {
            sentBlocks.begin(host.newId(), options.testSwitch() == TestSwitch.DELTA_ON_WRONG_BASE);
        }
        if (options.testSwitch() == TestSwitch.PUSH_UNPACED) {
            senders.forEach(PageSender::pushUnpaced);
        }
    }

    private static CodecPolicy policy(Compression compression, int formats) {
        return switch (compression) {
            case NONE -> new FixedCodec(Optional.empty());
            case LZ4 -> new FixedCodec(Optional.of(Codec.LZ4).filter(codec -> codec.isIn(formats)));
            case ZSTD -> new FixedCodec(Optional.of(Codec.ZSTD).filter(codec -> codec.isIn(formats)));
            case AUTO -> new AdaptiveCodec(formats & Codec.available());
        };
    }

    /** Starts taking acknowledgements. */
    void start(EngineLoop loop) {
        for (int i = 0; i < senders.size(); i++) {
            loop.start("acknowledgements-" + i, senders.get(i)::readAcknowledgements);
        }
    }

    /** Sends pages on all connections; see {@link PageSender#sendAll}. {@return how many were content} */
    long sendAll(List<PageBits> pages, long round, List<PageBits> unsent) throws IOException {
        AtomicLong contentPages = new AtomicLong();
        onEach(sender -> contentPages.addAndGet(sender.sendAll(pages, round, unsent)));
        return contentPages.get();
    }

    /** Pushes what is left, on all connections. */
    void push(FinalMap map) throws IOException {
        onEach(sender -> sender.push(map));
    }

    /** Asks the destination to acknowledge everything sent so far. */
    void requestAck() throws IOException {
        for (PageSender sender : senders) {
            sender.requestAck();
        }
    }

    /**
     * A round has been sent. If the next one is to send deltas, or the hand-over, this one has to have taken effect: a round
     * trip now, and not many whole pages then.
     */
    void endRound() throws IOException {
        requestAck();
        if (sentBlocks.needsAcknowledgement()) {
            awaitApplied();
        }
    }

    /** Waits until everything sent has taken effect. */
    void awaitApplied() throws IOException {
        for (PageSender sender : senders) {
            sender.ledger().awaitApplied();
        }
    }

    /** Adds every page whose last frame may not have taken effect. Called when no thread sends. */
    void addUnacknowledged(List<PageBits> dirty) {
        senders.forEach(sender -> sender.ledger().addUnacknowledged(dirty));
    }

    /** No acknowledgement will come any more. */
    void breakOff() {
        senders.forEach(sender -> sender.ledger().breakOff());
    }

    /** Runs a part for each connection. When one fails, nor do the others go on. */
    private void onEach(Part part) throws IOException {
        if (senders.size() == 1) {
            part.run(senders.getFirst());
        } else {
            Together.run(host, "pages", senders.size(), i -> part.run(senders.get(i)), this::breakOff);
        }
    }

    /** Called when no thread sends any more. */
    @Override
    public void close() {
        senders.forEach(PageSender::close);
        sentBlocks.close();
    }
}
