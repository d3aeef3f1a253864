package dev.faultline.uffd.paged;

import dev.faultline.uffd.memory.PageSize;

/**
 * How a region is made.
 *
 * @param name shown in /proc/PID/maps
 * @param lengthBytes its length, a multiple of the page size
 * @param pageSize the size of what is loaded and stored at a time. Huge pages are reserved for all of the region when it
 *     is opened
 * @param handlerThreads how many threads load what native code touches, each a page at a time
 * @param userModeOnly serve touches of user code only, which takes no permission (Linux 5.11). System calls that are
 *     given addresses of the region, such as read(2), then fail with EFAULT unless the pages are pinned
 */
public record PagedRegionOptions(
        String name, long lengthBytes, PageSize pageSize, int handlerThreads, boolean userModeOnly) {

    /** Checks the numbers. */
    public PagedRegionOptions {
        if (lengthBytes <= 0 || lengthBytes % pageSize.bytes() != 0) {
            throw new IllegalArgumentException(
                    "a region of " + lengthBytes + " bytes is no whole number of pages of " + pageSize.bytes());
        }
        if (lengthBytes / pageSize.bytes() > Integer.MAX_VALUE - 8) {
            throw new IllegalArgumentException("a region of " + lengthBytes + " bytes has too many pages");
        }
        if (handlerThreads < 1) {
            throw new IllegalArgumentException("native code waits for ever with " + handlerThreads + " threads");
        }
    }

    /**
     * {@return a region of pages of 4 KiB with one thread}
     *
     * @param lengthBytes its length
     */
    public static PagedRegionOptions of(long lengthBytes) {
        return new PagedRegionOptions("paged-region", lengthBytes, PageSize.SIZE_4K, 1, false);
    }

    /**
     * {@return the same with other pages}
     *
     * @param size their size
     */
    public PagedRegionOptions withPageSize(PageSize size) {
        return new PagedRegionOptions(name, lengthBytes, size, handlerThreads, userModeOnly);
    }

    /**
     * {@return the same with more threads}
     *
     * @param threads how many
     */
    public PagedRegionOptions withHandlerThreads(int threads) {
        return new PagedRegionOptions(name, lengthBytes, pageSize, threads, userModeOnly);
    }

    /** {@return the same without need of permission} */
    public PagedRegionOptions forUserModeOnly() {
        return new PagedRegionOptions(name, lengthBytes, pageSize, handlerThreads, true);
    }
}
