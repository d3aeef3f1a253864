package dev.faultline.uffd;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/** Finds leaks of descriptors. */
public final class OpenFiles {
    private static final int ATTEMPTS = 64;

    private OpenFiles() {}

    /**
     * {@return how many descriptors many attempts left open, for each attempt} The JVM itself may open or close a few
     * meanwhile: they are too few to count.
     */
    public static long leakedBy(Runnable attempt) {
        attempt.run();
        long before = count();
        for (int i = 0; i < ATTEMPTS; i++) {
            attempt.run();
        }
        return Math.round((count() - before) / (double) ATTEMPTS);
    }

    private static long count() {
        try (Stream<Path> open = Files.list(Path.of("/proc/self/fd"))) {
            return open.count();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
