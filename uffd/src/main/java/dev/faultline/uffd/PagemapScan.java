package dev.faultline.uffd;

/**
 * What a scan of a page map looks for. A page matches if all of {@code allOf} and, unless it is 0, at least one of
 * {@code anyOf} hold for it, where those of {@code inverted} hold if they do not. Categories are bits of
 * {@link PageCategory}, or of newer kernels. Source: {@code struct pm_scan_arg}, linux/fs.h, Linux 6.18.
 *
 * @param address the first byte, aligned to the page; for {@link #PROTECT} to the huge page
 * @param lengthBytes a multiple of the page size; for {@link #PROTECT} of the huge page size
 * @param flags {@link #PROTECT}, {@link #REQUIRE_TRACKED}, or 0
 * @param inverted categories that are turned round
 * @param allOf categories that a page must have
 * @param anyOf categories of which a page must have one, or 0
 * @param reported categories that the answer tells; runs of pages that agree in them are reported as one
 * @param maxPages after how many base pages it stops, or 0; with {@link #PROTECT} on huge pages 0
 */
public record PagemapScan(
        long address,
        long lengthBytes,
        long flags,
        long inverted,
        long allOf,
        long anyOf,
        long reported,
        long maxPages) {
    /** Checks what the kernel would not: that the range does not wrap around. */
    public PagemapScan {
        if (lengthBytes < 0 || address + lengthBytes < address || maxPages < 0) {
            throw new IllegalArgumentException(String.format(
                    "a scan of %d bytes from 0x%x on, of %d pages at most", lengthBytes, address, maxPages));
        }
    }

    /** Protects every page that matches from writing, in one step with looking at it. PM_SCAN_WP_MATCHING. */
    public static final long PROTECT = 1;
    /** Fails with EPERM on memory whose writes are not tracked, which is else passed over. PM_SCAN_CHECK_WPASYNC. */
    public static final long REQUIRE_TRACKED = 2;

    /**
     * {@return a scan for written pages that protects them again}
     *
     * @param address the first byte
     * @param lengthBytes how much
     */
    public static PagemapScan takeWritten(long address, long lengthBytes) {
        long written = PageCategory.WRITTEN.mask();
        return new PagemapScan(address, lengthBytes, PROTECT | REQUIRE_TRACKED, 0, written, 0, written, 0);
    }

    /**
     * {@return a scan for pages of any of some categories, which changes nothing}
     *
     * @param address the first byte
     * @param lengthBytes how much
     * @param categories bits; all of them are reported
     */
    public static PagemapScan anyOf(long address, long lengthBytes, long categories) {
        return new PagemapScan(address, lengthBytes, 0, 0, 0, categories, categories, 0);
    }

    /**
     * {@return the same scan that stops early}
     *
     * @param pages after how many base pages
     */
    public PagemapScan limitedTo(long pages) {
        return new PagemapScan(address, lengthBytes, flags, inverted, allOf, anyOf, reported, pages);
    }
}
