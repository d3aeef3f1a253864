package dev.faultline.uffd.os;

import dev.faultline.uffd.internal.linux.LibC;
import java.util.concurrent.atomic.AtomicInteger;

/** A file descriptor with an owner. Closing twice is harmless; using it after closing is an error, never a stranger's fd. */
public final class Fd implements AutoCloseable {
    private static final int CLOSED = -1;

    private final AtomicInteger number;

    private Fd(int number) {
        this.number = new AtomicInteger(number);
    }

    /**
     * Takes ownership of an open descriptor.
     *
     * @param number the descriptor
     * @return its owner
     */
    public static Fd owning(long number) {
        if (number < 0) {
            throw new IllegalArgumentException("not a file descriptor: " + number);
        }
        return new Fd((int) number);
    }

    /**
     * Opens a file.
     *
     * @param path its path
     * @param writable whether for reading and writing, or for reading only
     * @return the descriptor, close-on-exec
     * @throws LinuxException as open(2)
     */
    public static Fd open(String path, boolean writable) {
        int flags = (writable ? LibC.O_RDWR : LibC.O_RDONLY) | LibC.O_CLOEXEC;
        return owning(LinuxException.check(LibC.open(path, flags), "open(" + path + ")"));
    }

    /**
     * {@return the descriptor's number}
     *
     * @throws IllegalStateException if it was closed
     */
    public int number() {
        int current = number.get();
        if (current == CLOSED) {
            throw new IllegalStateException("this file descriptor was closed");
        }
        return current;
    }

    /** {@return a second descriptor of the same open file, with an owner of its own} */
    public Fd duplicate() {
        return owning(LinuxException.check(LibC.fcntl(number(), LibC.F_DUPFD_CLOEXEC, 0), "fcntl(F_DUPFD_CLOEXEC)"));
    }

    @Override
    public void close() {
        int current = number.getAndSet(CLOSED);
        if (current != CLOSED) {
            LibC.close(current);
        }
    }

    @Override
    public String toString() {
        return "fd " + number.get();
    }
}
