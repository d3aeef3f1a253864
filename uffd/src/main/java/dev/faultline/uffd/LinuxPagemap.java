package dev.faultline.uffd;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.faultline.uffd.internal.linux.Errno;
import dev.faultline.uffd.internal.linux.LibC;
import dev.faultline.uffd.internal.linux.Scratch;
import dev.faultline.uffd.os.Fd;
import dev.faultline.uffd.os.LinuxException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * The page map of a process of this machine. Several threads may scan at once: each call has its own buffer.
 *
 * <p>Source: PAGEMAP_SCAN, linux/fs.h, Linux 6.18 (since 6.7): {@code struct pm_scan_arg}, 96 bytes: size@0, flags@8,
 * start@16, end@24, walk_end@32 (out), vec@40, vec_len@48, max_pages@56, category_inverted@64, category_mask@72,
 * category_anyof_mask@80, return_mask@88; {@code struct page_region}, 24 bytes: start, end, categories.
 */
public final class LinuxPagemap implements Pagemap {
    static final long PAGEMAP_SCAN = 0xc0606610L;
    static final int ARGUMENT_BYTES = 96;
    static final int REGION_BYTES = 24;
    private static final int WALK_END_OFFSET = 32;
    private static final int CATEGORIES_OFFSET = 16;
    private static final int REGIONS = 4096;
    private static final int REGIONS_PER_PIECE = 32;
    /** What max_pages counts in. AArch64 kernels with pages of 16 or 64 KiB are not supported, here as elsewhere. */
    private static final long BASE_PAGE_BYTES = 4096;

    private final Fd fd;
    private final Arena arena = Arena.ofShared();
    /** What no scan uses at the moment; as many are made as there ever were scans at once. */
    private final ConcurrentLinkedQueue<MemorySegment> unused = new ConcurrentLinkedQueue<>();

    private LinuxPagemap(Fd fd) {
        this.fd = fd;
    }

    /** {@return this process's page map} */
    public static LinuxPagemap ofSelf() {
        return new LinuxPagemap(Fd.open("/proc/self/pagemap", false));
    }

    /**
     * {@return another process's page map}
     *
     * @param processId the process
     * @throws LinuxException EACCES without ptrace permission on it, ENOENT if there is no such process
     */
    public static LinuxPagemap ofProcess(long processId) {
        return new LinuxPagemap(Fd.open("/proc/" + processId + "/pagemap", false));
    }

    /**
     * Takes a page map that its process opened and passed on.
     *
     * @param fd its descriptor, owned by the page map from now on
     * @return the page map
     */
    public static LinuxPagemap adopt(Fd fd) {
        return new LinuxPagemap(fd);
    }

    /** {@return the descriptor, for passing it on} */
    public Fd fd() {
        return fd;
    }

    @Override
    public long scan(PagemapScan scan, PageRuns runs) {
        MemorySegment free = unused.poll();
        MemorySegment regions = free == null ? arena.allocate((long) REGIONS * REGION_BYTES, Long.BYTES) : free;
        try {
            return scan(scan, regions, runs);
        } finally {
            unused.add(regions);
        }
    }

    private long scan(PagemapScan scan, MemorySegment regions, PageRuns runs) {
        long end = scan.address() + scan.lengthBytes();
        long left = scan.maxPages();
        long start = scan.address();
        while (start < end) {
            MemorySegment argument = argument(scan, regions, start, end, left);
            long count = LibC.ioctl(fd.number(), PAGEMAP_SCAN, argument.address());
            if (count < 0) {
                String call = String.format("ioctl(PAGEMAP_SCAN, start=0x%x, end=0x%x)", start, end);
                throw new LinuxException(call, (int) -count, remedy((int) -count));
            }
            long walkEnd = argument.get(JAVA_LONG, WALK_END_OFFSET);
            long foundBytes = report(regions, count, runs);
            if (scan.maxPages() > 0) {
                left -= foundBytes / BASE_PAGE_BYTES;
                if (left <= 0) {
                    return walkEnd;
                }
            }
            if (walkEnd <= start) {
                throw new IllegalStateException(
                        String.format("PAGEMAP_SCAN stopped at 0x%x without progress: part of a huge page?", start));
            }
            start = walkEnd;
        }
        return start;
    }

    /** By pieces, so that what is called is compiled soon: a scan is one loop, and there are few scans in a migration. */
    private static long report(MemorySegment regions, long count, PageRuns runs) {
        long foundBytes = 0;
        for (long first = 0; first < count; first += REGIONS_PER_PIECE) {
            foundBytes += report(regions, first, Math.min(count, first + REGIONS_PER_PIECE), runs);
        }
        return foundBytes;
    }

    private static long report(MemorySegment regions, long from, long to, PageRuns runs) {
        long foundBytes = 0;
        for (long base = from * REGION_BYTES; base < to * REGION_BYTES; base += REGION_BYTES) {
            long first = regions.get(JAVA_LONG, base);
            long length = regions.get(JAVA_LONG, base + Long.BYTES) - first;
            foundBytes += length;
            runs.accept(first, length, regions.get(JAVA_LONG, base + CATEGORIES_OFFSET));
        }
        return foundBytes;
    }

    private static String remedy(int errno) {
        return switch (errno) {
            case Errno.EPERM ->
                "The range must be registered for write protection on a userfaultfd with WP_ASYNC (Linux 6.7)";
            case Errno.ENOTTY -> "PAGEMAP_SCAN needs Linux 6.7 or newer";
            case Errno.EINVAL -> "The range must be aligned to pages";
            case Errno.ESRCH -> "The process has ended, or runs another program now";
            default -> "";
        };
    }

    /** In one go: there are too few scans for the compiler, and to interpret a store to memory takes microseconds. */
    private static MemorySegment argument(
            PagemapScan scan, MemorySegment regions, long start, long end, long maxPages) {
        long[] fields = {
            ARGUMENT_BYTES,
            scan.flags(),
            start,
            end,
            0, // walk_end
            regions.address(),
            REGIONS,
            maxPages,
            scan.inverted(),
            scan.allOf(),
            scan.anyOf(),
            scan.reported()
        };
        MemorySegment argument = Scratch.ofThisThread().argument();
        MemorySegment.copy(fields, 0, argument, JAVA_LONG, 0, fields.length);
        return argument;
    }

    @Override
    public void close() {
        fd.close();
        if (arena.scope().isAlive()) {
            arena.close();
        }
    }
}
