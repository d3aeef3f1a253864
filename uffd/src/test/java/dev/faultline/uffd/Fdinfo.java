package dev.faultline.uffd;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** What /proc tells of a userfaultfd. */
final class Fdinfo {
    private Fdinfo() {}

    /** {@return the faults that nobody has read yet} */
    static int pendingFaults(Uffd uffd) {
        Path path = Path.of("/proc/self/fdinfo", Integer.toString(uffd.fd().number()));
        try {
            String line = Files.readAllLines(path).stream()
                    .filter(each -> each.startsWith("pending:"))
                    .findFirst()
                    .orElseThrow();
            return Integer.parseInt(line.substring("pending:".length()).strip());
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + path, e);
        }
    }
}
