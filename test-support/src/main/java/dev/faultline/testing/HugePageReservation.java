package dev.faultline.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Huge pages that were added to the machine's pool for a while. They are added and subtracted, not set and set back, so
 * that two test runs on one machine do not undo each other.
 */
public final class HugePageReservation implements AutoCloseable {
    /**
     * Not /proc/sys/vm/nr_hugepages: that one is of the default size, and it gives its number to the first read(2) only,
     * which is of one byte in Files.readString.
     */
    private static final Path POOLS = Path.of("/sys/kernel/mm/hugepages");

    private final Path pool;
    private final long pages;
    private final Added added;
    private final AtomicBoolean given = new AtomicBoolean();
    private final Thread atExit = new Thread(this::giveBack, "huge pages back");

    private HugePageReservation(Path pool, long pages, Added added) {
        this.pool = pool;
        this.pages = pages;
        this.added = added;
    }

    /**
     * Adds pages.
     *
     * @param pages how many, of 2 MiB
     * @return their owner
     * @throws IOException if this user may not, or the kernel knows no such pages
     * @throws IllegalStateException if the kernel found fewer; none is added then
     */
    public static HugePageReservation add(int pages) throws IOException {
        return add(pages, 2L << 20);
    }

    /**
     * Adds pages.
     *
     * @param pages how many
     * @param sizeBytes their size
     * @return their owner
     * @throws IOException if this user may not, or the kernel knows no such pages
     * @throws IllegalStateException if the kernel found fewer; none is added then
     */
    public static HugePageReservation add(int pages, long sizeBytes) throws IOException {
        return add(POOLS.resolve("hugepages-" + (sizeBytes >> 10) + "kB").resolve("nr_hugepages"), pages);
    }

    static HugePageReservation add(Path pool, int pages) throws IOException {
        HugePageReservation reservation = new HugePageReservation(pool, pages, addNew(pool, pages));
        // A run that is broken off, by Ctrl-C say, does not close it.
        Runtime.getRuntime().addShutdownHook(reservation.atExit);
        return reservation;
    }

    @Override
    public void close() {
        giveBack();
        try {
            Runtime.getRuntime().removeShutdownHook(atExit);
        } catch (IllegalStateException e) {
            return; // it runs
        }
    }

    private void giveBack() {
        try {
            if (given.compareAndSet(false, true)) {
                take(pool, pages, added);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("take " + pages + " off " + pool + " by hand", e);
        }
    }

    private interface Change<T> {
        T apply() throws IOException;
    }

    /** By how many the kernel's number was raised, and to how many. */
    record Added(long by, long to) {
        /** {@return the number without them} What was surplus stays counted if others have changed the number since. */
        long without(long now, long pages) {
            return Math.max(0, now - (now == to ? by : pages));
        }
    }

    /**
     * Reading and writing are one step among all who keep the lock: between processes it is the file's, which one process
     * cannot take twice, and so between the threads of one it is the class's.
     */
    private static synchronized <T> T locked(Path pool, Change<T> change) throws IOException {
        try (FileChannel channel = FileChannel.open(pool, StandardOpenOption.WRITE);
                FileLock _ = channel.lock()) {
            return change.apply();
        }
    }

    /** Surplus pages, which are in use, count as well from then on. */
    private static Added addNew(Path pool, int pages) throws IOException {
        return locked(pool, () -> {
            long before = total(pool);
            long wanted = number(pool) + pages;
            set(pool, wanted);
            long found = total(pool);
            if (found < wanted) {
                set(pool, before);
                throw new IllegalStateException("the kernel found room for " + (found - wanted + pages) + " more");
            }
            return new Added(wanted - before, wanted);
        });
    }

    private static void take(Path pool, long pages, Added added) throws IOException {
        Object _ = locked(pool, () -> {
            long now = total(pool);
            set(pool, added.without(now, pages));
            return now;
        });
    }

    private static void set(Path pool, long pages) throws IOException {
        Files.writeString(pool, Long.toString(pages));
    }

    /**
     * Without what is surplus: pages that were taken off while they were in use. The kernel shows them with the others
     * until they are free, but they are not what it sets.
     */
    private static long total(Path pool) throws IOException {
        return number(pool) - number(pool.resolveSibling("surplus_hugepages"));
    }

    private static long number(Path file) throws IOException {
        return Long.parseLong(Files.readString(file).strip());
    }
}
