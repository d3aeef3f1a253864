package dev.faultline.migration.codec;

import dev.faultline.migration.wire.FrameType;
import java.util.Optional;

/** A format of compressed content. */
public enum Codec {
    /** About as fast as memory is to copy some times, for a third or so. */
    LZ4(2, FrameType.PAGES_LZ4) {
        @Override
        Coder newCoder() {
            return new Lz4Coder();
        }
    },
    /** Slower, and shorter. */
    ZSTD(4, FrameType.PAGES_ZSTD) {
        @Override
        Coder newCoder() {
            return new ZstdCoder();
        }
    };

    private final int bit;
    private final FrameType frameType;

    Codec(int bit, FrameType frameType) {
        this.bit = bit;
        this.frameType = frameType;
    }

    /** {@return a new coder, for one thread} */
    abstract Coder newCoder();

    /** {@return the type of frames with such content} */
    public FrameType frameType() {
        return frameType;
    }

    /** {@return the format of a frame's content, if it is compressed} */
    public static Optional<Codec> of(FrameType frameType) {
        for (Codec codec : values()) {
            if (codec.frameType == frameType) {
                return Optional.of(codec);
            }
        }
        return Optional.empty();
    }

    /**
     * {@return whether a set of formats has this one}
     *
     * @param set as {@link #available()} says it, or a peer
     */
    public boolean isIn(int set) {
        return (set & bit) != 0;
    }

    /** {@return the formats that this host can write and read, as a set of bits: 2 for lz4, 4 for zstd} They are flags of ACCEPT, of which 1 and 8 are taken. */
    public static int available() {
        return Available.SET;
    }

    /** The libraries are native code, and not built for every kind of host. */
    private static final class Available {
        private static final int SET = find();

        private static int find() {
            int set = 0;
            for (Codec codec : values()) {
                try (Coder _ = codec.newCoder()) {
                    set |= codec.bit;
                } catch (LinkageError | RuntimeException e) {
                    System.getLogger(Codec.class.getName())
                            .log(System.Logger.Level.INFO, codec + " cannot be used on this host", e);
                }
            }
            return set;
        }
    }
}
