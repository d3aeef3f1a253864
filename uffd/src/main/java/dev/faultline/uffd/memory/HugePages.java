package dev.faultline.uffd.memory;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The pool of huge pages of one size, as /sys/kernel/mm/hugepages tells it. Reading only: who changes it puts it back.
 *
 * @param total pages in the pool
 * @param free pages that hold nothing
 * @param reserved free pages that are already promised to a mapping
 */
public record HugePages(long total, long free, long reserved) {
    private static final Path POOLS = Path.of("/sys/kernel/mm/hugepages");

    /** {@return the pool of 2 MiB pages as it is now; all zero on a kernel without them} */
    public static HugePages read() {
        return read(PageSize.SIZE_2M);
    }

    /**
     * {@return a pool as it is now; all zero on a kernel without such pages}
     *
     * @param size the size of its pages
     */
    public static HugePages read(PageSize size) {
        Path pool = folder(size);
        return new HugePages(
                number(pool, "nr_hugepages"), number(pool, "free_hugepages"), number(pool, "resv_hugepages"));
    }

    private static Path folder(PageSize size) {
        return POOLS.resolve("hugepages-" + (size.bytes() >> 10) + "kB");
    }

    /**
     * {@return the command that makes a pool so large}
     *
     * @param size the size of its pages
     * @param pages how many it is to have
     */
    public static String command(PageSize size, long pages) {
        return size == PageSize.SIZE_2M
                ? "sysctl vm.nr_hugepages=" + pages
                : "echo " + pages + " > " + folder(size).resolve("nr_hugepages");
    }

    /** {@return pages that a new mapping can still have} */
    public long unreserved() {
        return Math.max(0, free - reserved);
    }

    private static long number(Path pool, String file) {
        Path path = pool.resolve(file);
        try {
            return Files.exists(path) ? Long.parseLong(Files.readString(path).strip()) : 0;
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + path, e);
        }
    }
}
