package dev.faultline.cli.option;

import java.math.BigDecimal;
import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads a time in seconds, of 10 milliseconds at least: {@code 2}, {@code 0.5}, {@code 1s}. */
public final class SecondsConverter implements ITypeConverter<Duration> {
    private static final Pattern SECONDS = Pattern.compile("(\\d{1,9}(?:\\.\\d{1,3})?)s?");
    private static final int MILLI_DIGITS = 3;
    private static final long LEAST_MILLIS = 10;

    /** Makes one. */
    public SecondsConverter() {}

    @Override
    public Duration convert(String value) {
        Matcher matcher = SECONDS.matcher(value);
        if (matcher.matches()) {
            long millis = new BigDecimal(matcher.group(1))
                    .movePointRight(MILLI_DIGITS)
                    .longValueExact();
            if (millis >= LEAST_MILLIS) {
                return Duration.ofMillis(millis);
            }
        }
        throw new TypeConversionException("'" + value + "' is no time; write seconds, such as 2 or 0.5, from 0.01 on");
    }
}
