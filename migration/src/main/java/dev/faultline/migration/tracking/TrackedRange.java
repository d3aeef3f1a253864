package dev.faultline.migration.tracking;

import dev.faultline.uffd.PageCategory;
import dev.faultline.uffd.Pagemap;
import dev.faultline.uffd.PagemapScan;
import dev.faultline.uffd.RegisterMode;
import dev.faultline.uffd.Uffd;
import dev.faultline.uffd.os.LinuxException;
import java.util.EnumSet;

/**
 * A range of a process's memory whose written pages are found by write protection that the kernel lifts by itself
 * (WP_ASYNC) and by PAGEMAP_SCAN. Every scan protects again what it found, in one step for each page: no write is missed.
 *
 * @param name for people
 * @param address where it begins in that process
 * @param lengthBytes whole pages
 * @param pageShift the base-2 logarithm of its page size in bytes
 */
public record TrackedRange(String name, long address, long lengthBytes, int pageShift) {
    /** One call over all of a big guest would stop its memory calls for long; 8 GiB take 166 ms to unregister. */
    private static final long SLICE_BYTES = 256L << 20;

    /** Receives runs of written pages, in rising order. */
    @FunctionalInterface
    public interface WrittenPages {
        void accept(int firstPage, int pageCount);
    }

    private interface Slice {
        void apply(long address, long lengthBytes);
    }

    /** Registers and protects it all. */
    public void begin(Uffd uffd) {
        register(uffd);
        protect(uffd);
    }

    /** Registers it: in one call, since that looks at no page, and takes all of the range or nothing. */
    public void register(Uffd uffd) {
        uffd.register(address, lengthBytes, EnumSet.of(RegisterMode.WRITE_PROTECT));
    }

    /** Protects what is registered. */
    public void protect(Uffd uffd) {
        inSlices(
                (start, length) -> uffd.writeProtect(start, length, true, 0).orThrow("UFFDIO_WRITEPROTECT of " + name));
    }

    /** Reports the pages written since they were last protected. Fails if any of it is not tracked. */
    public void takeWritten(Pagemap pagemap, WrittenPages written) {
        pagemap.takeWritten(address, lengthBytes, (start, length) -> report(start, length, written));
    }

    /** As {@link #takeWritten}, but passes over what is not tracked, such as memory that was mapped there anew. */
    public void takeWrittenWhereTracked(Pagemap pagemap, WrittenPages written) {
        long bit = PageCategory.WRITTEN.mask();
        PagemapScan scan = new PagemapScan(address, lengthBytes, PagemapScan.PROTECT, 0, bit, 0, bit, 0);
        pagemap.scan(scan, (start, length, _) -> report(start, length, written));
    }

    private void report(long start, long length, WrittenPages written) {
        int first = (int) ((start - address) >> pageShift);
        int end = (int) ((start + length - address + (1L << pageShift) - 1) >> pageShift);
        written.accept(first, end - first);
    }

    /** Ends it, as far as it is there; the process goes on unhindered. */
    public void end(Uffd uffd) {
        inSlices((start, length) -> {
            try {
                uffd.unregister(start, length);
            } catch (LinuxException e) {
                // Of a part that never was registered, or was unmapped, say: the others are let go all the same.
                System.getLogger(TrackedRange.class.getName())
                        .log(System.Logger.Level.DEBUG, "tracking of " + name + " was not ended", e);
            }
        });
    }

    /** A slice is never less than a page. */
    private void inSlices(Slice slice) {
        long sliceBytes = Math.max(SLICE_BYTES, 1L << pageShift);
        for (long offset = 0; offset < lengthBytes; offset += sliceBytes) {
            slice.apply(address + offset, Math.min(sliceBytes, lengthBytes - offset));
        }
    }
}
