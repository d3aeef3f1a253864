package dev.faultline.migration.source;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import com.dynatrace.hash4j.hashing.HashValue128;
import com.dynatrace.hash4j.hashing.Hasher128;
import com.dynatrace.hash4j.hashing.Hashing;
import dev.faultline.migration.codec.PageDelta;
import dev.faultline.migration.guest.GuestRegion;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What was last sent of each huge page, as a hash of each of its blocks, and in which round. That is the base of a delta if
 * the destination has it. In rounds each page is noted by the one thread that sends it; after them nothing is noted any more,
 * and all threads may look.
 *
 * <p>A block that has changed, and whose hash has not, would stay stale at the destination, and without an audit nobody but the
 * guest would notice. When all blocks of 1 PiB are compared a thousand times, the chance of one is 2<sup>-80</sup> with 128
 * bits, and 2<sup>-16</sup> with 64. The seed is drawn anew for each move, so that no guest can choose such blocks.
 */
final class SentBlocks implements AutoCloseable {
    private static final int HASH_WORDS = 2;

    private final List<SendLedger> ledgers;
    private final Stripes stripes;
    private final SourceCounters counters;
    private final Arena arena = Arena.ofShared();
    private final List<Region> regions;
    private Hasher128 hasher = Hashing.xxh3_128();
    private HashValue128 zero = hashOfZeros();
    private boolean trusting;
    private volatile boolean wanted;

    /** One region's huge pages; those that have not been sent have frame number 0. */
    private static final class Region {
        final long[] frames;
        final long[] rounds;
        /** Null for pages that were zero whenever they were sent. */
        final @Nullable MemorySegment[] hashes;

        Region(int pages) {
            frames = new long[pages];
            rounds = new long[pages];
            hashes = new @Nullable MemorySegment[pages];
        }
    }

    /**
     * Knows nothing yet.
     *
     * @param ledgers of each connection, what has taken effect
     */
    SentBlocks(List<GuestRegion> guestRegions, List<SendLedger> ledgers, Stripes stripes, SourceCounters counters) {
        this.ledgers = ledgers;
        this.stripes = stripes;
        this.counters = counters;
        regions = guestRegions.stream()
                .map(region -> new Region(has(region) ? region.pageCount() : 0))
                .toList();
    }

    private static boolean has(GuestRegion region) {
        return region.file().pageSize().isHuge()
                && PageDelta.fits(region.file().pageSize().bytes());
    }

    /**
     * Remembers what is sent from now on; before anything is sent.
     *
     * @param seed of the hashes
     * @param trustingAll whether what was sent counts as received, which it must not but in tests
     */
    void begin(long seed, boolean trustingAll) {
        hasher = Hashing.xxh3_128(seed);
        zero = hashOfZeros();
        trusting = trustingAll;
        wanted = true; // last: who sees it sees the others
    }

    private HashValue128 hashOfZeros() {
        return hasher.hashBytesTo128Bits(new byte[PageDelta.BLOCK_BYTES]);
    }

    /** {@return whether a region's pages may be sent as deltas} */
    boolean covers(int region) {
        return wanted && regions.get(region).frames.length > 0;
    }

    /** {@return whether what was sent is of use only when the destination has it} */
    boolean needsAcknowledgement() {
        return wanted && !trusting && regions.stream().anyMatch(region -> region.frames.length > 0);
    }

    Hasher128 hasher() {
        return hasher;
    }

    /** {@return whether the destination has what was last sent of a page} */
    boolean isBase(int region, int page) {
        long frame = regions.get(region).frames[page];
        return frame > 0
                && (trusting || ledgers.get(stripes.connectionOf(region, page)).tookEffect(frame));
    }

    /** {@return the round in which a page was last sent} */
    long round(int region, int page) {
        return regions.get(region).rounds[page];
    }

    /** {@return whether a block was last sent with this hash} */
    boolean isAsSent(int region, int page, int block, long low, long high) {
        MemorySegment kept = regions.get(region).hashes[page];
        if (kept == null) {
            return low == zero.getLeastSignificantBits() && high == zero.getMostSignificantBits();
        }
        return kept.getAtIndex(JAVA_LONG, (long) HASH_WORDS * block) == low
                && kept.getAtIndex(JAVA_LONG, (long) HASH_WORDS * block + 1) == high;
    }

    /**
     * A page was sent in a round.
     *
     * @param hashes two words for each block
     */
    void sent(int region, int page, long[] hashes, long round, long frame) {
        Region kept = regions.get(region);
        MemorySegment into = kept.hashes[page];
        if (into == null) {
            into = arena.allocate(JAVA_LONG, hashes.length);
            counters.deltaHashBytes.addAndGet(into.byteSize());
            kept.hashes[page] = into;
        }
        MemorySegment.copy(hashes, 0, into, JAVA_LONG, 0, hashes.length);
        note(kept, page, round, frame);
    }

    /** A page was sent as zeros. */
    void sentZeros(int region, int page, long round, long frame) {
        Region kept = regions.get(region);
        MemorySegment into = kept.hashes[page];
        if (into != null) {
            for (long word = 0; word < into.byteSize() / Long.BYTES; word += HASH_WORDS) {
                into.setAtIndex(JAVA_LONG, word, zero.getLeastSignificantBits());
                into.setAtIndex(JAVA_LONG, word + 1, zero.getMostSignificantBits());
            }
        }
        note(kept, page, round, frame);
    }

    private static void note(Region kept, int page, long round, long frame) {
        kept.rounds[page] = round;
        kept.frames[page] = frame;
    }

    /** Called when no thread sends any more. */
    @Override
    public void close() {
        arena.close();
    }
}
