package dev.faultline.migration;

import dev.faultline.uffd.PageSize;

/**
 * Length and page size of one region of guest memory.
 *
 * @param length the length in bytes, a multiple of the page size
 * @param pageSize the size of its pages
 */
public record RegionLayout(long length, PageSize pageSize) {

    /** Checks that the region consists of whole pages. */
    public RegionLayout {
        if (length <= 0 || length % pageSize.bytes() != 0) {
            throw new IllegalArgumentException("Not a whole number of pages: " + length);
        }
    }
}
