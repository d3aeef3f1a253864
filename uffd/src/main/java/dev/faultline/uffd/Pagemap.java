package dev.faultline.uffd;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.faultline.uffd.internal.linux.Errno;
import dev.faultline.uffd.internal.linux.LibC;
import dev.faultline.uffd.internal.linux.Scratch;
import dev.faultline.uffd.os.Fd;
import dev.faultline.uffd.os.LinuxException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * A process's page map, scanned for the pages that were written. Needs memory registered WRITE_PROTECT with a
 * userfaultfd that has WP_ASYNC. Sees every store through that process's mapping, a vCPU's and the kernel's included;
 * does not see stores through other mappings, pwrite to the file, or punched holes. One thread at a time.
 *
 * <p>Source: PAGEMAP_SCAN, linux/fs.h, Linux 6.18 (since 6.7): {@code struct pm_scan_arg}, 96 bytes: size@0, flags@8,
 * start@16, end@24, walk_end@32 (out), vec@40, vec_len@48, max_pages@56, category_inverted@64, category_mask@72,
 * category_anyof_mask@80, return_mask@88; {@code struct page_region}, 24 bytes: start, end, categories.
 */
public final class Pagemap implements AutoCloseable {
    private static final long PAGEMAP_SCAN = 0xc0606610L;
    private static final int ARGUMENT_BYTES = 96;
    private static final int WALK_END_OFFSET = 32;
    private static final int REGION_BYTES = 24;
    private static final int REGIONS = 4096;
    private static final long PAGE_IS_WRITTEN = 2;
    private static final long PM_SCAN_WP_MATCHING = 1;
    private static final long PM_SCAN_CHECK_WPASYNC = 2;

    private final Fd fd;
    private final Arena arena = Arena.ofShared();
    private final MemorySegment regions = arena.allocate((long) REGIONS * REGION_BYTES, Long.BYTES);

    private Pagemap(Fd fd) {
        this.fd = fd;
    }

    /** {@return this process's page map} */
    public static Pagemap ofSelf() {
        return new Pagemap(Fd.open("/proc/self/pagemap", false));
    }

    /**
     * {@return another process's page map}
     *
     * @param processId the process
     * @throws LinuxException EACCES without ptrace permission on it, ENOENT if there is no such process
     */
    public static Pagemap ofProcess(long processId) {
        return new Pagemap(Fd.open("/proc/" + processId + "/pagemap", false));
    }

    /**
     * Takes a page map that its process opened and passed on.
     *
     * @param fd its descriptor, owned by the page map from now on
     * @return the page map
     */
    public static Pagemap adopt(Fd fd) {
        return new Pagemap(fd);
    }

    /** {@return the descriptor, for passing it on} */
    public Fd fd() {
        return fd;
    }

    /** Receives runs of written pages, in rising order. */
    @FunctionalInterface
    public interface WrittenRuns {
        /**
         * Takes one run.
         *
         * @param address its first byte
         * @param lengthBytes its length
         */
        void accept(long address, long lengthBytes);
    }

    /**
     * Finds the pages written since they were last protected and, atomically for each page, protects them again. What is
     * not mapped counts as not written: the kernel skips it without a word.
     *
     * @param address the first byte, aligned to the (huge) page
     * @param lengthBytes a multiple of the (huge) page size
     * @param runs receives what was written
     * @throws LinuxException EPERM if the memory is not tracked (WRITE_PROTECT with WP_ASYNC), EINVAL if not aligned,
     *     ESRCH if the process has gone
     * @throws IllegalStateException if the kernel stops without moving on, as it does on part of a huge page
     */
    public void takeWritten(long address, long lengthBytes, WrittenRuns runs) {
        long end = address + lengthBytes;
        for (long start = address; start < end; ) {
            MemorySegment argument = argument(start, end);
            long count = LibC.ioctl(fd.number(), PAGEMAP_SCAN, argument.address());
            if (count < 0) {
                String call = String.format("ioctl(PAGEMAP_SCAN, start=0x%x, end=0x%x)", start, end);
                throw new LinuxException(call, (int) -count, remedy((int) -count));
            }
            long walkEnd = argument.get(JAVA_LONG, WALK_END_OFFSET);
            for (long i = 0; i < count; i++) {
                long base = i * REGION_BYTES;
                long first = regions.get(JAVA_LONG, base);
                runs.accept(first, regions.get(JAVA_LONG, base + Long.BYTES) - first);
            }
            if (walkEnd <= start) {
                throw new IllegalStateException(
                        String.format("PAGEMAP_SCAN stopped at 0x%x without progress: part of a huge page?", start));
            }
            start = walkEnd;
        }
    }

    private static String remedy(int errno) {
        return switch (errno) {
            case Errno.EPERM ->
                "The range must be registered for write protection on a userfaultfd with WP_ASYNC (Linux 6.7)";
            case Errno.ENOTTY -> "PAGEMAP_SCAN needs Linux 6.7 or newer";
            case Errno.EINVAL -> "The range must be aligned to pages";
            default -> "";
        };
    }

    private MemorySegment argument(long start, long end) {
        MemorySegment argument = Scratch.ofThisThread().argument();
        argument.asSlice(0, ARGUMENT_BYTES).fill((byte) 0);
        argument.set(JAVA_LONG, 0, ARGUMENT_BYTES);
        argument.set(JAVA_LONG, 8, PM_SCAN_WP_MATCHING | PM_SCAN_CHECK_WPASYNC);
        argument.set(JAVA_LONG, 16, start);
        argument.set(JAVA_LONG, 24, end);
        argument.set(JAVA_LONG, 40, regions.address());
        argument.set(JAVA_LONG, 48, REGIONS);
        argument.set(JAVA_LONG, 72, PAGE_IS_WRITTEN);
        argument.set(JAVA_LONG, 88, PAGE_IS_WRITTEN);
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
