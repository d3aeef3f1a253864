package dev.faultline.uffd.memory;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** What tells this run of this host's kernel from every other. Source: random(4). */
final class BootId {
    static final String OF_THIS_HOST = read();

    private BootId() {}

    private static String read() {
        try {
            return Files.readAllLines(Path.of("/proc/sys/kernel/random/boot_id"))
                    .getFirst();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot tell this host from others", e);
        }
    }
}
