package dev.faultline.cli.option;

import dev.faultline.cli.text.Sizes;
import java.util.Objects;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads bytes per second, with the units of sizes. */
public final class BandwidthConverter implements ITypeConverter<Long> {
    private static final long LEAST_BYTES_PER_SECOND = 64 << 10;

    /** Makes one. */
    public BandwidthConverter() {}

    @Override
    public Long convert(String value) {
        long bytesPerSecond;
        try {
            bytesPerSecond = Sizes.parse(value);
        } catch (IllegalArgumentException e) {
            throw new TypeConversionException(Objects.requireNonNull(e.getMessage()));
        }
        if (bytesPerSecond < LEAST_BYTES_PER_SECOND) {
            throw new TypeConversionException(
                    "'" + value + "' is too little: no guest moves with less than 64K bytes per second");
        }
        return bytesPerSecond;
    }
}
