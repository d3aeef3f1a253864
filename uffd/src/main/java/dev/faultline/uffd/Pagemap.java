package dev.faultline.uffd;

/**
 * A process's page map, scanned for the pages that were written, or that are of other kinds. Written pages are those of
 * memory registered WRITE_PROTECT with a userfaultfd that has WP_ASYNC. It sees every store through that process's
 * mapping, a vCPU's and the kernel's included; it does not see stores through other mappings, pwrite to the file, or
 * punched holes. {@link LinuxPagemap} is the kernel's.
 */
public interface Pagemap extends AutoCloseable {
    /** Receives runs of pages of one kind, in rising order. */
    @FunctionalInterface
    interface PageRuns {
        /**
         * Takes one run.
         *
         * @param address its first byte
         * @param lengthBytes its length
         * @param categories what its pages are, of those that the scan wanted reported; see {@link PageCategory}
         */
        void accept(long address, long lengthBytes, long categories);
    }

    /** Receives runs of written pages, in rising order. */
    @FunctionalInterface
    interface WrittenRuns {
        /**
         * Takes one run.
         *
         * @param address its first byte
         * @param lengthBytes its length
         */
        void accept(long address, long lengthBytes);
    }

    /**
     * Scans. What is not mapped is passed over without a word.
     *
     * @param scan what for
     * @param runs receives what was found
     * @return where the scan stopped: the range's end or, when the limit was reached, at the first page that matches and
     *     was not reported. A scan from there on finds the rest
     * @throws dev.faultline.uffd.os.LinuxException EPERM if memory that must be tracked is not (CHECK_WPASYNC), EINVAL
     *     if the range is not aligned or a bit is unknown, ENOTTY before Linux 6.7, ESRCH if the process has gone
     * @throws IllegalStateException if the kernel stops without moving on, as it does when it should protect a part of a
     *     huge page: a caller that simply went on would never end. What was reported before is done
     */
    long scan(PagemapScan scan, PageRuns runs);

    /**
     * Finds the pages written since they were last protected and, atomically for each page, protects them again.
     *
     * @param address the first byte, aligned to the (huge) page
     * @param lengthBytes a multiple of the (huge) page size
     * @param runs receives what was written
     * @throws dev.faultline.uffd.os.LinuxException as {@link #scan}
     * @throws IllegalStateException as {@link #scan}
     */
    default void takeWritten(long address, long lengthBytes, WrittenRuns runs) {
        scan(PagemapScan.takeWritten(address, lengthBytes), (start, length, _) -> runs.accept(start, length));
    }

    @Override
    void close();
}
