package dev.faultline.cli.option;

import dev.faultline.cli.text.Sizes;
import java.util.Objects;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads a size of memory in bytes. */
public final class SizeConverter implements ITypeConverter<Long> {
    /** Makes one. */
    public SizeConverter() {}

    @Override
    public Long convert(String value) {
        try {
            return Sizes.parse(value);
        } catch (IllegalArgumentException e) {
            throw new TypeConversionException(Objects.requireNonNull(e.getMessage()));
        }
    }
}
