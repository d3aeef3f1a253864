package dev.faultline.uffd.proc;

import dev.faultline.uffd.os.LinuxException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Which processes map a file.
 *
 * @param processIds those that do
 * @param unknown how many processes could not be looked at, for want of permission
 */
public record Mappers(List<Long> processIds, int unknown) {
    /** Copies the list. */
    public Mappers {
        processIds = List.copyOf(processIds);
    }

    /**
     * {@return who maps the file of a mapping, its own process aside}
     *
     * @param processId the process that is known to
     * @param mapping its mapping
     */
    public static Mappers others(long processId, MemoryMapping mapping) {
        List<Long> found = new ArrayList<>();
        int unknown = 0;
        for (long other : processes()) {
            if (other == processId) {
                continue;
            }
            try {
                if (ProcessMaps.read(other).stream().anyMatch(mapping::isOfSameFile)) {
                    found.add(other);
                }
            } catch (LinuxException e) {
                // One that has ended meanwhile maps nothing, nor does one of the kernel's.
                unknown += ProcessStatus.isAlive(other) && !ProcessStatus.isOfKernel(other) ? 1 : 0;
            }
        }
        return new Mappers(found, unknown);
    }

    private static List<Long> processes() {
        List<Long> numbers = new ArrayList<>();
        try (DirectoryStream<Path> folders = Files.newDirectoryStream(Path.of("/proc"), "[1-9]*")) {
            folders.forEach(
                    folder -> numbers.add(Long.valueOf(folder.getFileName().toString())));
        } catch (IOException e) {
            throw new UncheckedIOException("cannot list /proc", e);
        }
        return numbers;
    }
}
