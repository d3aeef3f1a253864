package dev.faultline.migration.engine;

import dev.faultline.uffd.memory.HugePages;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.opentest4j.TestAbortedException;

/** Huge pages of 2 MiB, added to the machine's pool for a test and taken off again, not set and set back. */
final class HugePagePool implements AutoCloseable {
    private static final Path POOL = Path.of("/proc/sys/vm/nr_hugepages");

    private final long added;

    HugePagePool(int pages) throws IOException {
        added = change(pages);
        if (added < pages) {
            change(-added);
            if (Boolean.parseBoolean(System.getenv("CI"))) {
                throw new IllegalStateException("CI=true forbids to skip a test that needs huge pages");
            }
            throw new TestAbortedException("needs " + pages + " huge pages, and the kernel found " + added);
        }
    }

    @Override
    public void close() throws IOException {
        change(-added);
    }

    private static long change(long by) throws IOException {
        if (!Files.isWritable(POOL)) {
            return 0;
        }
        try (FileChannel channel = FileChannel.open(POOL, StandardOpenOption.WRITE);
                FileLock _ = channel.lock()) {
            long before = total();
            Files.writeString(POOL, Long.toString(Math.max(0, before + by)));
            return total() - before;
        }
    }

    /** From /sys: of a file in /proc/sys, Files.readString gets the first digit only, which would ruin others' pools. */
    private static long total() {
        return HugePages.read().total();
    }
}
