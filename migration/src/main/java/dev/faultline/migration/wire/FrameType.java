package dev.faultline.migration.wire;

import org.jspecify.annotations.Nullable;

/**
 * Kinds of frames. C: control connection, P: pages connection, F: faults connection; → from source to destination, ←
 * back.
 */
public enum FrameType {
    /**
     * CPF→ first frame of a connection: flags = {@link Role}, number (see {@link Frame#hello}) and
     * {@link Frame#FLAG_RESUMED}, region = attempt, count = version, page = magic, round = session id.
     */
    HELLO(1),
    /** C→ what will be moved; payload = {@link Offer}; with {@link Frame#FLAG_VERIFY}, it is to be audited. */
    OFFER(2),
    /**
     * C← the offer fits the waiting guest; flags = what compressed content and deltas can be read here, and with
     * {@link Frame#FLAG_VERIFY}, hashes of its pages are kept.
     */
    ACCEPT(3),
    /** P→ F→ {@code count} pages from {@code page} on, their content as payload. Round {@link Frame#FINAL} is final. */
    PAGES(4),
    /** P→ F→ {@code count} pages from {@code page} on are zero; no payload. */
    ZEROS(5),
    /** P← every frame of this connection up to number {@code round} has taken effect. */
    APPLIED(6),
    /** C→ phase one of the hand-over: the guest is paused; payload = device state. */
    PREPARE(7),
    /** C← the device state is loaded, the guest could start. */
    PREPARED(8),
    /** C→ phase two: the guest is yours. */
    COMMIT(9),
    /** C← it runs here. */
    STARTED(10),
    /** C→ {@code count} pages' bits from {@code page} on: 1 = dirty, the destination's copy is not the final one. */
    DIRTY_MAP(11),
    /** F← a thread waits for {@code page}. */
    FAULT(12),
    /** F→ the destination's copy of {@code count} pages from {@code page} on is the final one. */
    CURRENT(13),
    /** C← every page is here; the source may forget. */
    COMPLETE(14),
    /** C↔ give up; payload = the reason in words. */
    ABORT(15),
    /** C↔ nothing, to show that the sender lives. */
    PING(16),
    /**
     * C→ instead of OFFER: goes on with a move that was broken off. The destination answers with how far it is: NEEDED and
     * STARTED, NEEDED and PREPARED, COMPLETE or NEVER.
     */
    RESUME(17),
    /** C← {@code count} pages' bits from {@code page} on: 1 = the destination does not have its final content. */
    NEEDED(18),
    /** C← the guest of this session has not run here and never will. */
    NEVER(19),
    /** C→ the source has heard COMPLETE, and forgotten. */
    FORGOTTEN(20),
    /**
     * C← every page is here, and {@code count} pages from {@code page} on arrived so: u64 hashes, and then a byte for each on
     * how it travelled ({@code PageWay}). All pages in order; at most {@link Frame#MANIFEST_WINDOW} frames are unanswered.
     */
    MANIFEST(21),
    /**
     * C→ the answer to one MANIFEST: it was compared. With {@link Frame#FLAG_LAST} the outcome of all: count = pages that
     * differ, page = pages that were compared, round = nanoseconds, payload = which pages differ, in words.
     */
    AUDITED(22),
    /** P→ as PAGES, their content compressed by lz4. Only for who has said in ACCEPT that it can read that. */
    PAGES_LZ4(23),
    /** P→ as PAGES, their content compressed by zstd. Only for who has said in ACCEPT that it can read that. */
    PAGES_ZSTD(24),
    /**
     * P→ F→ the blocks of one huge page that changed since it was sent in another round; payload = {@code PageDelta}. Only for
     * who has said in ACCEPT that it can read that.
     */
    PAGE_DELTA(25),
    /** C→ the guest is about to be paused: what can be done before its device state comes is best done now. */
    EXPECT(26);

    private static final FrameType[] BY_CODE = new FrameType[32];

    static {
        for (FrameType type : values()) {
            BY_CODE[type.code] = type;
        }
    }

    private final byte code;

    FrameType(int code) {
        this.code = (byte) code;
    }

    byte code() {
        return code;
    }

    static @Nullable FrameType ofCode(int code) {
        return code >= 0 && code < BY_CODE.length ? BY_CODE[code] : null;
    }
}
