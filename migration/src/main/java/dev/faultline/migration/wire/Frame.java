package dev.faultline.migration.wire;

import java.nio.charset.StandardCharsets;

/**
 * A whole frame, as the control connection carries it; page content never takes this form.
 *
 * @param type its kind; the other fields mean what the kind says
 * @param flags see the kind
 * @param region a region's id
 * @param count a number of pages, below 2<sup>32</sup>
 * @param page the first page's number in its region
 * @param round a round, or a number of frames
 * @param payload see the kind; not copied
 */
@SuppressWarnings("ArrayRecordComponent") // frames are passed on, never compared
public record Frame(FrameType type, int flags, int region, long count, long page, long round, byte[] payload) {
    /** The round of content that the paused source guest will never change again. */
    public static final long FINAL = Long.MAX_VALUE;

    /** What a HELLO carries as its page: "FAULTLIN" read as a little-endian number. */
    public static final long MAGIC = 0x4e494c544c554146L;

    /** Flag of PREPARE: the guest ran at the source and is to run on. */
    public static final int FLAG_RUN = 1;

    /** Flag of RESUME: the source runs its guest again, for the destination was never told to. */
    public static final int FLAG_TAKEN_BACK = 1;

    /** Flag of PAGES and ZEROS on the pages connection: acknowledge everything up to this frame. */
    public static final int FLAG_ACK = 1;

    /**
     * Flag of OFFER and ACCEPT: the destination keeps a hash of every page, for the source to audit. The other flags of
     * ACCEPT are formats of content.
     */
    public static final int FLAG_VERIFY = 1;

    /** Flag of ACCEPT: deltas of huge pages can be read here. */
    public static final int FLAG_DELTAS = 8;

    /** Flag of AUDITED: it was the last part of the manifest. */
    public static final int FLAG_LAST = 1;

    /** Frames of a manifest that may be on their way or waiting. */
    public static final int MANIFEST_WINDOW = 16;

    /** The most pages that a frame of a manifest tells of. */
    public static final int MAX_MANIFEST_PAGES = 4096;

    /** The version of this protocol. */
    public static final int VERSION = 7;

    /** The longest payload of a control frame, in bytes. */
    public static final int MAX_CONTROL_PAYLOAD_BYTES = 64 << 20;

    private static final byte[] NOTHING = {};

    /** {@return a frame that is its kind alone} */
    public static Frame of(FrameType type) {
        return new Frame(type, 0, 0, 0, 0, 0, NOTHING);
    }

    /** {@return a frame that is its kind and its flags} */
    public static Frame of(FrameType type, int flags) {
        return new Frame(type, flags, 0, 0, 0, 0, NOTHING);
    }

    /** {@return a frame with a payload alone} */
    public static Frame of(FrameType type, byte[] payload) {
        return new Frame(type, 0, 0, 0, 0, 0, payload);
    }

    /**
     * {@return the answer to an OFFER that fits}
     *
     * @param formats the set of formats that compressed content may have, and {@link #FLAG_DELTAS}
     * @param verify whether hashes of pages are kept
     */
    public static Frame accept(int formats, boolean verify) {
        return of(FrameType.ACCEPT, formats | (verify ? FLAG_VERIFY : 0));
    }

    /** {@return the end of a session, in words} */
    public static Frame abort(String reason) {
        return of(FrameType.ABORT, reason.getBytes(StandardCharsets.UTF_8));
    }

    /** The number in the flags of a HELLO, above the role: 3 bits. */
    private static final int NUMBER_SHIFT = 2;

    private static final int ROLE_MASK = (1 << NUMBER_SHIFT) - 1;

    /** Flag of HELLO, beside the role: the source goes on with a move that was broken off. */
    public static final int FLAG_RESUMED = 0x80;

    /**
     * {@return the first frame of a connection}
     *
     * @param role what the connection is for
     * @param number of a page connection, which it is, from 0 on; of the control connection, how many page connections there
     *     are less one; else 0
     * @param sessionId the move
     * @param attempt 0, or the how manieth try to go on with it this is; modulo 2<sup>16</sup>
     */
    public static Frame hello(Role role, int number, long sessionId, int attempt) {
        int flags = role.code() | number << NUMBER_SHIFT | (attempt > 0 ? FLAG_RESUMED : 0);
        return new Frame(FrameType.HELLO, flags, attempt & 0xffff, VERSION, MAGIC, sessionId, NOTHING);
    }

    /** {@return the code of the role that a HELLO's flags name} */
    public static int helloRole(int flags) {
        return flags & ROLE_MASK;
    }

    /** {@return the number that a HELLO's flags name; 8 and more are none} */
    public static int helloNumber(int flags) {
        return (flags & ~FLAG_RESUMED) >> NUMBER_SHIFT;
    }

    /** {@return the payload as text} */
    public String text() {
        return new String(payload, StandardCharsets.UTF_8);
    }
}
