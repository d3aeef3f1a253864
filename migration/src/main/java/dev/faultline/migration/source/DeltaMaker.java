package dev.faultline.migration.source;

import com.dynatrace.hash4j.hashing.HashValue128;
import com.dynatrace.hash4j.hashing.Hasher128;
import dev.faultline.migration.codec.PageDelta;
import dev.faultline.migration.wire.Frame;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Makes deltas of huge pages for one thread that sends them. What it looks at is the reader's private copy, which is also what
 * is sent: so what is noted as sent is what was.
 */
final class DeltaMaker {
    private final SentBlocks sent;
    private final SourceCounters counters;
    private final PageDelta delta = new PageDelta();
    private final byte[] block = new byte[PageDelta.BLOCK_BYTES];
    private long[] hashes = {};
    private long[] changed = {};

    DeltaMaker(SentBlocks sent, SourceCounters counters) {
        this.sent = sent;
        this.counters = counters;
    }

    /** {@return whether a region's pages may be sent as deltas: then what is given to {@link #make} has to be a copy} */
    boolean covers(int region) {
        return sent.covers(region);
    }

    /**
     * {@return the payload of a delta, until the next call, if the page has a base and much of it has not changed}
     *
     * @param content the page, in a private buffer from its beginning on
     * @param round the round in which it is about to be sent
     */
    @Nullable
    ByteBuffer make(int region, int page, ByteBuffer content, long round) {
        if (!sent.covers(region)) {
            return null;
        }
        boolean hasBase = sent.isBase(region, page);
        if (!hasBase && round == Frame.FINAL) {
            return null; // nobody will ask what was sent
        }
        int blocks = content.remaining() / PageDelta.BLOCK_BYTES;
        hash(content, blocks);
        return hasBase && countChanged(region, page, blocks) <= blocks / 4 * 3
                ? delta.encode(sent.round(region, page), changed, content, content.remaining())
                : null;
    }

    private void hash(ByteBuffer content, int blocks) {
        if (hashes.length != 2 * blocks) {
            hashes = new long[2 * blocks];
            changed = new long[blocks / Long.SIZE];
        }
        Hasher128 hasher = sent.hasher();
        for (int i = 0; i < blocks; i++) {
            content.get(i * PageDelta.BLOCK_BYTES, block);
            HashValue128 hash = hasher.hashBytesTo128Bits(block);
            hashes[2 * i] = hash.getLeastSignificantBits();
            hashes[2 * i + 1] = hash.getMostSignificantBits();
        }
    }

    private int countChanged(int region, int page, int blocks) {
        Arrays.fill(changed, 0);
        int count = 0;
        for (int i = 0; i < blocks; i++) {
            if (!sent.isAsSent(region, page, i, hashes[2 * i], hashes[2 * i + 1])) {
                changed[i / Long.SIZE] |= 1L << i;
                count++;
            }
        }
        return count;
    }

    /** The page that was looked at last has been sent, in a round or finally, whole or as a delta. */
    void sent(int region, int page, long round, long frame) {
        if (round != Frame.FINAL && sent.covers(region)) {
            sent.sent(region, page, hashes, round, frame);
        }
    }

    /** Pages have been sent as zeros. */
    void sentZeros(int region, int first, int count, long round, long frame) {
        if (round != Frame.FINAL && sent.covers(region)) {
            for (int page = first; page < first + count; page++) {
                sent.sentZeros(region, page, round, frame);
            }
        }
    }

    /** Counts a delta that was sent instead of a page. */
    void count(int pageBytes, int deltaBytes) {
        counters.deltaPages.incrementAndGet();
        counters.deltaSavedBytes.addAndGet((long) pageBytes - deltaBytes);
    }
}
