package dev.faultline.cli.option;

import java.math.BigDecimal;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads a time with its unit as nanoseconds: {@code 50ms}, {@code 1.5s}, {@code 10m}. */
public final class TimeConverter implements ITypeConverter<Long> {
    private static final Pattern TIME = Pattern.compile("(\\d{1,9}(?:\\.\\d{1,3})?)(ms|s|m)");

    /** Makes one. */
    public TimeConverter() {}

    @Override
    public Long convert(String value) {
        Matcher matcher = TIME.matcher(value);
        if (matcher.matches()) {
            BigDecimal unit = BigDecimal.valueOf(unitNanos(matcher.group(2)));
            long nanos = new BigDecimal(matcher.group(1)).multiply(unit).longValueExact();
            if (nanos > 0) {
                return nanos;
            }
        }
        throw new TypeConversionException("'" + value + "' is no time; write 50ms, 2s or 10m");
    }

    private static long unitNanos(String unit) {
        return switch (unit) {
            case "ms" -> 1_000_000L;
            case "s" -> 1_000_000_000L;
            default -> 60_000_000_000L;
        };
    }
}
