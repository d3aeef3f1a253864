package dev.faultline.uffd;

import java.io.BufferedReader;
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
    private static final Path POOL = Path.of("/proc/sys/vm/nr_hugepages");

    private final int pages;
    private final AtomicBoolean given = new AtomicBoolean();
    private final Thread atExit = new Thread(this::giveBack, "huge pages back");

    private HugePageReservation(int pages) {
        this.pages = pages;
    }

    /**
     * Adds pages.
     *
     * @throws IllegalStateException if the kernel found fewer; none is added then
     */
    public static HugePageReservation add(int pages) throws IOException {
        long found = change(pages);
        if (found < pages) {
            change(-found);
            throw new IllegalStateException("the kernel found room for " + found + " more");
        }
        HugePageReservation reservation = new HugePageReservation(pages);
        // A run that is broken off, by Ctrl-C say, does not close it.
        Runtime.getRuntime().addShutdownHook(reservation.atExit);
        return reservation;
    }

    @Override
    public void close() {
        giveBack();
        Runtime.getRuntime().removeShutdownHook(atExit);
    }

    private void giveBack() {
        try {
            if (given.compareAndSet(false, true)) {
                change(-pages);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("take " + pages + " off " + POOL + " by hand", e);
        }
    }

    /** {@return by how much the pool changed} The lock is advisory, and kept by the other users of this class. */
    private static long change(long by) throws IOException {
        try (FileChannel channel = FileChannel.open(POOL, StandardOpenOption.WRITE);
                FileLock _ = channel.lock()) {
            long before = total();
            Files.writeString(POOL, Long.toString(Math.max(0, before + by)));
            return total() - before;
        }
    }

    /** Not by Files.readString: that reads one byte at first, and of a sysctl the kernel gives the rest to nobody. */
    private static long total() throws IOException {
        try (BufferedReader reader = Files.newBufferedReader(POOL)) {
            return Long.parseLong(reader.readLine().strip());
        }
    }
}
