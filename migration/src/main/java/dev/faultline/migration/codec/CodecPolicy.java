package dev.faultline.migration.codec;

import java.util.Optional;

/** Which format the next content is to be sent in, on one connection. */
public interface CodecPolicy {
    /** {@return the format; nothing for content as it is} */
    Optional<Codec> next();

    /**
     * Content has been sent in the format that was asked for, even if it went plain because it does not shrink.
     *
     * @param format what was asked for
     * @param plainBytes its length
     * @param wireBytes its length on the wire
     * @param codeNanos how long it took to compress
     * @param linkNanos how long the connection took to take it
     */
    void sent(Optional<Codec> format, int plainBytes, int wireBytes, long codeNanos, long linkNanos);
}
