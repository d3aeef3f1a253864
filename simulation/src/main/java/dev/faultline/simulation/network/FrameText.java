package dev.faultline.simulation.network;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** A frame's header, for people who look at a replay. The kinds are those of the protocol, by their codes. */
final class FrameText {
    private static final String[] TYPES = {
        "?",
        "HELLO",
        "OFFER",
        "ACCEPT",
        "PAGES",
        "ZEROS",
        "APPLIED",
        "PREPARE",
        "PREPARED",
        "COMMIT",
        "STARTED",
        "DIRTY_MAP",
        "FAULT",
        "CURRENT",
        "COMPLETE",
        "ABORT",
        "PING",
        "RESUME",
        "NEEDED",
        "NEVER",
        "FORGOTTEN",
        "MANIFEST",
        "AUDITED",
        "PAGES_LZ4",
        "PAGES_ZSTD",
        "PAGE_DELTA"
    };

    private FrameText() {}

    static String of(ByteBuffer header) {
        ByteBuffer bytes = header.duplicate().order(ByteOrder.LITTLE_ENDIAN);
        int at = bytes.position();
        int type = bytes.get(at);
        String name = type >= 0 && type < TYPES.length ? TYPES[type] : "type " + type;
        return name + " region " + bytes.getShort(at + 2) + " page " + bytes.getLong(at + 8) + " + "
                + bytes.getInt(at + 4)
                + " round " + bytes.getLong(at + 16) + " flags " + bytes.get(at + 1) + ", " + bytes.getLong(at + 24)
                + " bytes";
    }
}
