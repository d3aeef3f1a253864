package dev.faultline.cli.option;

import dev.faultline.migration.destination.SpinLimit;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads for how long to look for a fault: {@code auto}, {@code off} or microseconds. */
public final class FaultSpinConverter implements ITypeConverter<SpinLimit> {
    private static final Pattern MICROS = Pattern.compile("[1-9]\\d{0,3}");

    /** Makes one. */
    public FaultSpinConverter() {}

    @Override
    public SpinLimit convert(String value) {
        if (value.equals("auto")) {
            return SpinLimit.auto();
        }
        if (value.equals("off")) {
            return SpinLimit.OFF;
        }
        if (MICROS.matcher(value).matches()) {
            return new SpinLimit(TimeUnit.MICROSECONDS.toNanos(Integer.parseInt(value)));
        }
        throw new TypeConversionException("'" + value + "' is none of auto, off and 1 to 9999 microseconds");
    }
}
