package dev.faultline.migration.codec;

import java.util.Optional;

/**
 * Always the same.
 *
 * @param next the format; nothing for content as it is
 */
public record FixedCodec(Optional<Codec> next) implements CodecPolicy {
    @Override
    public void sent(Optional<Codec> format, int plainBytes, int wireBytes, long codeNanos, long linkNanos) {
        // What was asked for is done, whatever it costs.
    }
}
