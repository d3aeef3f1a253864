package dev.faultline.migration.host;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/** What this process has of the host's memory. */
final class ResidentMemory {
    private static final Path STATUS = Path.of("/proc/self/status");

    private ResidentMemory() {}

    static long ofThisProcess() {
        try (Stream<String> lines = Files.lines(STATUS)) {
            return inStatus(lines);
        } catch (IOException e) {
            System.getLogger(ResidentMemory.class.getName())
                    .log(System.Logger.Level.DEBUG, "the memory of this process is not known", e);
            return 0;
        }
    }

    /** RssShmem is left out: it is the guest's memory, as far as this process has touched it. */
    static long inStatus(Stream<String> lines) {
        return lines.filter(line -> line.startsWith("RssAnon:") || line.startsWith("RssFile:"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")) << 10)
                .sum();
    }
}
