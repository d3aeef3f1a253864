package dev.faultline.uffd;

/**
 * Size of a page of memory.
 *
 * @param bytes the size in bytes, a power of two
 */
public record PageSize(long bytes) {

    /** Checks that the size is a power of two. */
    public PageSize {
        if (Long.bitCount(bytes) != 1 || bytes < 0) {
            throw new IllegalArgumentException("Not a page size: " + bytes);
        }
    }
}
