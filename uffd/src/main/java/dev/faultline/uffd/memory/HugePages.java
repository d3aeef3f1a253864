package dev.faultline.uffd.memory;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The pool of 2 MiB huge pages, as /sys/kernel/mm/hugepages tells it. Reading only: who changes it puts it back.
 *
 * @param total pages in the pool
 * @param free pages that hold nothing
 * @param reserved free pages that are already promised to a mapping
 */
public record HugePages(long total, long free, long reserved) {
    private static final Path POOL = Path.of("/sys/kernel/mm/hugepages/hugepages-2048kB");

    /** {@return the pool as it is now; all zero on a kernel without 2 MiB huge pages} */
    public static HugePages read() {
        return new HugePages(number("nr_hugepages"), number("free_hugepages"), number("resv_hugepages"));
    }

    /** {@return pages that a new mapping can still have} */
    public long unreserved() {
        return Math.max(0, free - reserved);
    }

    private static long number(String file) {
        Path path = POOL.resolve(file);
        try {
            return Files.exists(path) ? Long.parseLong(Files.readString(path).strip()) : 0;
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + path, e);
        }
    }
}
