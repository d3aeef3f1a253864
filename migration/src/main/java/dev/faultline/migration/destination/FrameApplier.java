package dev.faultline.migration.destination;

import dev.faultline.migration.TestSwitch;
import dev.faultline.migration.codec.Codec;
import dev.faultline.migration.codec.PageDecoder;
import dev.faultline.migration.codec.PageDelta;
import dev.faultline.migration.guest.GuestRegion;
import dev.faultline.migration.host.Host;
import dev.faultline.migration.page.PageStates;
import dev.faultline.migration.page.PageWay;
import dev.faultline.migration.page.RegionView;
import dev.faultline.migration.wire.Frame;
import dev.faultline.migration.wire.FrameChannel;
import dev.faultline.migration.wire.FrameHeader;
import dev.faultline.migration.wire.FrameType;
import dev.faultline.migration.wire.ProtocolException;
import dev.faultline.uffd.os.LinuxException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Applies the page frames of one connection: claims each page, reads its content from the socket straight into the alias
 * mapping (compressed content by way of memory of its own), and answers whoever waits for it. Pages that the destination
 * has in their final state, or that another writer got first, are read past. Never waits for a page while it holds
 * another.
 */
final class FrameApplier implements AutoCloseable {
    private static final int MAX_FRAME_PAGES = 64;
    private static final int TRASH_BYTES = 2 << 20;
    private static final long BUSY_NANOS = 5_000L;

    private final Host host;
    private final FrameChannel channel;
    private final DestinationMemory memory;
    private final PageMapper mapper;
    private final HandOver handOver;
    private final AtomicLong receivedBytes;
    private final PageWitness witness;
    private final TestSwitch testSwitch;
    private final List<RegionView> views;
    private final ByteBuffer trash = ByteBuffer.allocateDirect(TRASH_BYTES);
    private final PageDecoder decoder = new PageDecoder();
    /** The content of a compressed frame; null while content comes from the socket. */
    private @Nullable ByteBuffer decoded;

    private final PageDelta delta = new PageDelta();
    private boolean isDelta;
    private long round;

    FrameApplier(
            Host host,
            FrameChannel channel,
            DestinationMemory memory,
            PageMapper mapper,
            HandOver handOver,
            AtomicLong receivedBytes,
            PageWitness witness,
            TestSwitch testSwitch) {
        this.host = host;
        this.channel = channel;
        this.memory = memory;
        this.mapper = mapper;
        this.handOver = handOver;
        this.receivedBytes = receivedBytes;
        this.witness = witness;
        this.testSwitch = testSwitch;
        views = memory.newViews();
    }

    /** Applies a frame of type PAGES, ZEROS or CURRENT whose header was just read. */
    void apply(FrameHeader header) throws IOException {
        FrameType type = header.type();
        int index = header.region();
        long first = header.page();
        long count = header.count();
        if (!memory.hasPages(index, first, count) && testSwitch != TestSwitch.TRUST_THE_PEER) {
            throw new ProtocolException(
                    "the source sent " + type + " of pages " + first + " + " + count + " of region " + index);
        }
        boolean isFinal = header.round() == Frame.FINAL;
        round = header.round();
        witness.begin(round);
        switch (type) {
            case PAGES -> {
                requireLength(header, index, first, count);
                receivedBytes.addAndGet(header.payloadBytes());
                content(index, (int) first, (int) (first + count), isFinal);
            }
            case PAGE_DELTA -> delta(header, index, first, isFinal);
            case PAGES_LZ4, PAGES_ZSTD -> compressedContent(header, index, first, count, isFinal);
            case ZEROS -> {
                requireNoPayload(header);
                zeros(index, (int) first, (int) (first + count), isFinal);
            }
            case CURRENT -> {
                requireNoPayload(header);
                confirm(index, (int) first, (int) (first + count));
            }
            default -> throw new ProtocolException("the source sent " + type + " among pages");
        }
    }

    private void compressedContent(FrameHeader header, int index, long first, long count, boolean isFinal)
            throws IOException {
        if (!fitsFrame(index, first, count)) {
            throw new ProtocolException(
                    "the source sent " + count + " compressed pages from " + first + " on in one frame");
        }
        long plainBytes = count << memory.region(index).pageShift();
        Codec codec = Codec.of(header.type()).orElseThrow();
        decoded = decoder.read(channel, codec, header.payloadBytes(), plainBytes);
        receivedBytes.addAndGet(plainBytes);
        try {
            content(index, (int) first, (int) (first + count), isFinal);
        } finally {
            decoded = null;
        }
    }

    /** All of it is read before its page is claimed: one that breaks off leaves the page, and what it is called, as it was. */
    private void delta(FrameHeader header, int index, long page, boolean isFinal) throws IOException {
        if (!memory.bases(index).isKept() || header.count() != 1) {
            throw new ProtocolException("the source sent a delta of " + header.count() + " pages of region " + index
                    + " from " + page + " on");
        }
        int pageBytes = 1 << memory.region(index).pageShift();
        delta.read(channel, header.payloadBytes(), pageBytes);
        receivedBytes.addAndGet(pageBytes);
        isDelta = true;
        try {
            content(index, (int) page, (int) page + 1, isFinal);
        } finally {
            isDelta = false;
        }
    }

    private boolean fitsFrame(int index, long first, long count) {
        return count >= 1
                && (memory.region(index).file().pageSize().isHuge()
                        ? count == 1
                        : first % MAX_FRAME_PAGES + count <= MAX_FRAME_PAGES);
    }

    private void requireLength(FrameHeader header, int index, long first, long count) throws ProtocolException {
        GuestRegion region = memory.region(index);
        if (!fitsFrame(index, first, count) || header.payloadBytes() != count << region.pageShift()) {
            throw new ProtocolException(
                    "the source sent " + header.payloadBytes() + " bytes as " + count + " pages from " + first + " on");
        }
    }

    private static void requireNoPayload(FrameHeader header) throws ProtocolException {
        if (header.payloadBytes() != 0) {
            throw new ProtocolException("the source sent " + header.type() + " with a payload");
        }
    }

    private void content(int index, int first, int end, boolean isFinal) throws IOException {
        PageStates states = memory.states(index);
        int shift = memory.region(index).pageShift();
        for (int page = first; page < end; ) {
            int claimed = page;
            int answer = claim(states, claimed, isFinal);
            while (answer >= 0) {
                claimed++;
                answer = claimed < end ? claim(states, claimed, isFinal) : PageStates.DROP;
            }
            if (claimed > page) {
                readClaimed(index, page, claimed, isFinal);
                page = claimed;
            } else if (answer == PageStates.DROP) {
                discard(index, page, 1 << shift);
                page++;
            } else {
                host.pause(BUSY_NANOS);
            }
        }
    }

    private int claim(PageStates states, int page, boolean isFinal) {
        // A frame that was sent before the pause is not wanted after it: its page counts as dirty.
        return isFinal || !handOver.hasBegun() ? states.claim(page, isFinal) : PageStates.DROP;
    }

    private void readClaimed(int index, int first, int end, boolean isFinal) throws IOException {
        PageStates states = memory.states(index);
        int shift = memory.region(index).pageShift();
        PageBases bases = memory.bases(index);
        try {
            if (isDelta) {
                requireBase(index, first, bases.take(first));
                fillChanged(index, first);
            } else {
                for (int page = first; page < end; page++) {
                    bases.take(page);
                }
                fill(index, (long) first << shift, (end - first) << shift);
            }
        } catch (IOException e) {
            for (int page = first; page < end; page++) {
                breakOff(states, page, isFinal);
            }
            throw memory.explain(index, e);
        }
        witness.content(index, first, end, views.get(index));
        for (int page = first; page < end; page++) {
            bases.hold(page, round);
            states.finish(page, isFinal, false);
            if (isFinal) {
                mapper.answer(index, page, FaultKind.FETCHED);
            }
        }
        if (isFinal) {
            handOver.pagesBecameCurrent();
        }
    }

    private void breakOff(PageStates states, int page, boolean isFinal) {
        if (testSwitch == TestSwitch.KEEP_TORN_FRAMES) {
            states.finish(page, isFinal, false);
        } else {
            states.abandon(page);
        }
    }

    private void requireBase(int index, int page, long held) throws ProtocolException {
        if (held != delta.base() && testSwitch != TestSwitch.DELTA_ON_WRONG_BASE) {
            throw new ProtocolException("the source sent what has changed in page " + page + " of region " + index
                    + " since round " + delta.base() + ", and the destination has it "
                    + (held < 0 ? "of no round" : "of round " + held));
        }
    }

    /** A page of a base of zeros may be a hole, which is made a page of zeros here. */
    private void fillChanged(int index, int page) throws IOException {
        int shift = memory.region(index).pageShift();
        long offset = (long) page << shift;
        ByteBuffer target = views.get(index).writable(offset, 1 << shift);
        populate(index, offset, 1 << shift);
        delta.applyTo(target);
    }

    private void populate(int index, long offset, int lengthBytes) throws IOException {
        try {
            // A store to a page that the host has no memory for is no exception that could be relied on; this call is.
            memory.alias(index).populate(offset, lengthBytes);
        } catch (LinuxException e) {
            throw new IOException("Bad address: " + e.getMessage(), e);
        }
    }

    private void fill(int index, long offset, int lengthBytes) throws IOException {
        ByteBuffer from = decoded;
        ByteBuffer target = views.get(index).writable(offset, lengthBytes);
        if (from == null) {
            channel.readFully(target);
            return;
        }
        populate(index, offset, lengthBytes);
        target.put(from.slice(from.position(), lengthBytes));
        from.position(from.position() + lengthBytes);
    }

    private void discard(int index, int page, int lengthBytes) throws IOException {
        if (isDelta) {
            return; // it has been read
        }
        if (testSwitch == TestSwitch.WRITE_AFTER_MAP) {
            fill(index, (long) page << memory.region(index).pageShift(), lengthBytes);
            return;
        }
        ByteBuffer from = decoded;
        if (from == null) {
            channel.readFully(trash.clear().limit(lengthBytes));
        } else {
            from.position(from.position() + lengthBytes);
        }
    }

    private void zeros(int index, int first, int end, boolean isFinal) {
        PageStates states = memory.states(index);
        GuestRegion region = memory.region(index);
        for (int page = first; page < end; ) {
            int before = claim(states, page, isFinal);
            if (before == PageStates.BUSY) {
                host.pause(BUSY_NANOS);
                continue;
            }
            if (before >= 0) {
                PageBases bases = memory.bases(index);
                bases.take(page);
                if (PageStates.mayHoldContent(before)) {
                    region.file().punchHole((long) page << region.pageShift(), 1L << region.pageShift());
                }
                witness.zero(index, page);
                bases.hold(page, round);
                states.finish(page, isFinal, true);
                if (isFinal) {
                    mapper.answer(index, page, FaultKind.FETCHED);
                }
            }
            page++;
        }
        if (isFinal) {
            handOver.pagesBecameCurrent();
        }
    }

    private void confirm(int index, int first, int end) throws ProtocolException {
        for (int page = first; page < end; page++) {
            if (!memory.learnClean(index, page, PageWay.BY_FAULT)) {
                throw new ProtocolException("the source calls page " + page + " of region " + index
                        + " current, of which the destination has no whole copy");
            }
            mapper.answer(index, page, FaultKind.CONFIRMED);
        }
        handOver.pagesBecameCurrent();
    }

    @Override
    public void close() {
        decoder.close();
    }
}
