package dev.faultline.migration.page;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;

/**
 * Where each page of a region is in its life on the destination. Every change is one compare-and-set, so that of all who
 * want to write a page exactly one does.
 *
 * <pre>
 *            claim                    finish
 *   ABSENT ─────────▶ WRITING_EARLY ─────────▶ RECEIVED, RECEIVED_ZERO      a pre-copy frame
 *      │                    │ map says dirty        │ map says clean ─▶ CURRENT, CURRENT_ZERO
 *      │                    ▼                       │ map says dirty
 *      │              WRITING_STALE ──finish──▶ STALE ◀──┘
 *      │  claim                                     │ claim
 *      └────────────▶ WRITING_FINAL ◀───────────────┘                       a final frame: push or fault answer
 *                           │ finish
 *                           ▼
 *                     CURRENT, CURRENT_ZERO ──▶ MAPPED                      CONTINUE or ZEROPAGE
 * </pre>
 *
 * RECEIVED pages whose part of the dirty map has not come are unknown: they may be the final content or not. Nothing
 * leaves CURRENT but to MAPPED, and nothing leaves MAPPED: writing there would undo the guest's own newer stores.
 *
 * <p>The states are a byte each, in memory that may be a file's: who reads the file after the engine's end finds every
 * page in the state that it was in.
 */
public final class PageStates {
    public static final byte ABSENT = 0;
    public static final byte RECEIVED = 1;
    public static final byte RECEIVED_ZERO = 2;
    public static final byte STALE = 3;
    public static final byte WRITING_EARLY = 4;
    public static final byte WRITING_STALE = 5;
    public static final byte WRITING_FINAL = 6;
    public static final byte CURRENT = 7;
    public static final byte CURRENT_ZERO = 8;
    public static final byte MAPPED = 9;

    // A segment has no compare-and-set of bytes: it is done to the word around one. Little-endian, so that the file is
    // the same everywhere.
    private static final VarHandle WORD =
            JAVA_INT.withOrder(ByteOrder.LITTLE_ENDIAN).varHandle();

    /** For a look that need not be the latest, and may be at a file's memory, however that is aligned. */
    private static final ValueLayout.OfLong EIGHT = ValueLayout.JAVA_LONG_UNALIGNED;

    private final MemorySegment states;
    private final int pageCount;
    private final AtomicInteger notCurrent;
    /** How many pages of each 64 are MAPPED: what fault-around wants to know of its wider surroundings at each fault. */
    private final AtomicIntegerArray mapped;

    /** Makes the states of a region of that many pages, all ABSENT. */
    public PageStates(int pageCount) {
        this(pageCount, Arena.ofAuto().allocate(sizeBytes(pageCount), Integer.BYTES));
    }

    private PageStates(int pageCount, MemorySegment states) {
        this.pageCount = pageCount;
        this.states = states;
        notCurrent = new AtomicInteger(pageCount);
        mapped = new AtomicIntegerArray((pageCount + Long.SIZE - 1) / Long.SIZE);
    }

    /** {@return how much memory the states of that many pages take} */
    public static long sizeBytes(int pageCount) {
        return (pageCount + Integer.BYTES - 1L) / Integer.BYTES * Integer.BYTES;
    }

    /**
     * Goes on with states that were left behind, or begins with zeros. A page that somebody was writing is STALE: what its
     * file holds of it is nobody's content.
     *
     * @param pageCount how many pages
     * @param states {@link #sizeBytes} of memory
     * @return the states
     * @throws IllegalArgumentException if a byte is no state
     */
    public static PageStates over(int pageCount, MemorySegment states) {
        check(pageCount, states);
        PageStates over = new PageStates(pageCount, states);
        int current = 0;
        for (int page = 0; page < pageCount; page++) {
            byte state = over.state(page);
            if (isWriting(state)) {
                over.set(page, STALE);
            }
            current += isCurrent(state) ? 1 : 0;
            if (state == MAPPED) {
                over.mapped.incrementAndGet(page / Long.SIZE);
            }
        }
        over.notCurrent.set(pageCount - current);
        return over;
    }

    /**
     * Looks at states that were left behind, and changes nothing.
     *
     * @param pageCount how many pages
     * @param states {@link #sizeBytes} of memory
     * @throws IllegalArgumentException if a byte is no state
     */
    public static void check(int pageCount, MemorySegment states) {
        for (int page = 0; page < pageCount; page++) {
            byte state = states.get(JAVA_BYTE, page);
            if (state < ABSENT || state > MAPPED) {
                throw new IllegalArgumentException("page " + page + " is in state " + state + ", which there is not");
            }
        }
    }

    public int pageCount() {
        return pageCount;
    }

    public byte state(int page) {
        return (byte) ((int) WORD.getVolatile(states, wordOffset(page)) >> bitShift(page));
    }

    /** {@return how many pages are neither CURRENT nor MAPPED} */
    public int notCurrent() {
        return notCurrent.get();
    }

    /** {@return whether the state is that of a page whose content is the final one} */
    public static boolean isCurrent(byte state) {
        return state >= CURRENT;
    }

    /** {@return whether somebody is writing the page} */
    public static boolean isWriting(byte state) {
        return state >= WRITING_EARLY && state <= WRITING_FINAL;
    }

    /** {@return whether the file may hold something for the page} */
    public static boolean mayHoldContent(int state) {
        return state == RECEIVED || state == STALE;
    }

    private static long wordOffset(int page) {
        return page & -Integer.BYTES;
    }

    private static int bitShift(int page) {
        return (page & (Integer.BYTES - 1)) * Byte.SIZE;
    }

    private void set(int page, byte to) {
        byte now = state(page);
        while (!move(page, now, to)) {
            now = state(page);
        }
    }

    /** Fails only if the page is in another state, and not because a neighbour's has changed. */
    private boolean move(int page, byte from, byte to) {
        long offset = wordOffset(page);
        int shift = bitShift(page);
        int word = (int) WORD.getVolatile(states, offset);
        while ((byte) (word >> shift) == from) {
            int changed = (word & ~(0xff << shift)) | ((to & 0xff) << shift);
            int found = (int) WORD.compareAndExchange(states, offset, word, changed);
            if (found == word) {
                return true;
            }
            word = found;
        }
        return false;
    }

    /** The answer to a claim: the frame is not wanted, the page has newer content already. */
    public static final int DROP = -1;
    /** The answer to a claim: another writer is at it; ask again in a moment. */
    public static final int BUSY = -2;

    /**
     * Claims a page for a frame.
     *
     * @param isFinal whether the frame is final; a pre-copy frame may only follow other pre-copy frames
     * @return the state it was in, if the caller now is its one writer; else {@link #DROP} or {@link #BUSY}
     */
    public int claim(int page, boolean isFinal) {
        byte now = state(page);
        if (isCurrent(now) || (!isFinal && (now == STALE || isWriting(now)))) {
            return DROP;
        }
        return !isWriting(now) && move(page, now, isFinal ? WRITING_FINAL : WRITING_EARLY) ? now : BUSY;
    }

    /** Ends a claim: the frame has taken effect. */
    public void finish(int page, boolean isFinal, boolean zero) {
        if (isFinal) {
            set(page, zero ? CURRENT_ZERO : CURRENT);
            notCurrent.decrementAndGet();
        } else if (!move(page, WRITING_EARLY, zero ? RECEIVED_ZERO : RECEIVED)) {
            set(page, STALE); // the map called it dirty meanwhile
        }
    }

    /** Ends a claim whose frame broke off: what the file holds is nobody's content, and only a final frame may follow. */
    public void abandon(int page) {
        set(page, STALE);
    }

    /**
     * Learns that the destination's copy of a page is the final one.
     *
     * @return false if there is no whole copy here, so that the source must be wrong
     */
    public boolean learnClean(int page) {
        byte now = state(page);
        if (now == RECEIVED || now == RECEIVED_ZERO) {
            if (move(page, now, now == RECEIVED ? CURRENT : CURRENT_ZERO)) {
                notCurrent.decrementAndGet();
                return true;
            }
            now = state(page);
        }
        return isCurrent(now) || now == WRITING_FINAL;
    }

    /** Learns that the destination's copy of a page, if there is one, is not the final one. */
    public void learnDirty(int page) {
        byte now = state(page);
        while (now == RECEIVED || now == RECEIVED_ZERO || now == WRITING_EARLY) {
            if (move(page, now, now == WRITING_EARLY ? WRITING_STALE : STALE)) {
                return;
            }
            now = state(page);
        }
    }

    /** Notes that a page is about to be mapped. {@return whether the caller is the one to map it for the first time} */
    public boolean moveToMapped(int page) {
        byte now = state(page);
        boolean moved = (now == CURRENT || now == CURRENT_ZERO) && move(page, now, MAPPED);
        if (moved) {
            mapped.incrementAndGet(page / Long.SIZE);
        }
        return moved;
    }

    /** {@return the first page of the run of CURRENT pages that ends at {@code page}, not before {@code from}} */
    public int runStart(int page, int from) {
        int start = page;
        while (start > from && state(start - 1) == CURRENT) {
            start--;
        }
        return start;
    }

    /** {@return the page after the run of CURRENT pages that begins after {@code page}, not after {@code to}} */
    public int runEnd(int page, int to) {
        int end = page + 1;
        while (end < to && state(end) == CURRENT) {
            end++;
        }
        return end;
    }

    /**
     * {@return how many of some pages are MAPPED, about, while others are mapping them}
     *
     * @param from the first page
     * @param to the page after the last one; may be beyond the region
     */
    public int mapped(int from, int to) {
        int end = Math.min(to, pageCount);
        int count = 0;
        int page = from;
        if (page % Long.SIZE == 0) {
            for (; page + Long.SIZE <= to && page < end; page += Long.SIZE) {
                count += mapped.get(page / Long.SIZE);
            }
        }
        for (; page <= end - Long.BYTES; page += Long.BYTES) {
            // A byte that is not 0 then carries into its highest bit, and no further.
            long others = states.get(EIGHT, page) ^ MAPPED * 0x0101010101010101L;
            count += Long.BYTES - Long.bitCount((others + 0x7f7f7f7f7f7f7f7fL) & 0x8080808080808080L);
        }
        for (; page < end; page++) {
            count += state(page) == MAPPED ? 1 : 0;
        }
        return count;
    }

    /** {@return the pages that do not have their final content} */
    public PageBits missing() {
        PageBits bits = new PageBits(pageCount);
        for (int page = 0; page < pageCount; page++) {
            if (!isCurrent(state(page))) {
                bits.add(page, 1);
            }
        }
        return bits;
    }
}
