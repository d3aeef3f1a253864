package dev.faultline.cli.option;

import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads a write rate in pages per second; 0 stands for no limit. */
public final class RateConverter implements ITypeConverter<Long> {
    private static final long MAX_PAGES_PER_SECOND = 1_000_000_000;

    /** Makes one. */
    public RateConverter() {}

    @Override
    public Long convert(String value) {
        if (value.equals("max")) {
            return 0L;
        }
        try {
            long rate = Long.parseLong(value);
            if (rate >= 1 && rate <= MAX_PAGES_PER_SECOND) {
                return rate;
            }
        } catch (NumberFormatException e) {
            // Said below.
        }
        throw new TypeConversionException(
                "'" + value + "' is no write rate; write 1 to " + MAX_PAGES_PER_SECOND + " pages per second, or max");
    }
}
