package dev.faultline.cli.option;

import dev.faultline.cli.text.Sizes;
import dev.faultline.uffd.memory.PageSize;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads the page size of a guest's memory. */
public final class PageSizeConverter implements ITypeConverter<PageSize> {
    /** Makes one. */
    public PageSizeConverter() {}

    @Override
    public PageSize convert(String value) {
        try {
            PageSize size = PageSize.ofBytes(Sizes.parse(value));
            if (size != PageSize.SIZE_1G) {
                return size;
            }
        } catch (IllegalArgumentException e) {
            throw new TypeConversionException("'" + value + "' is no page size; there are 4K and 2M");
        }
        throw new TypeConversionException("the micro-VM has no memory of 1G pages; there are 4K and 2M");
    }
}
