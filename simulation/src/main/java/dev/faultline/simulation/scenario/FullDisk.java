package dev.faultline.simulation.scenario;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A disk that takes no more: what a journal would write anew is a directory meanwhile, which fails as a full disk does; what
 * is there can be read and deleted, and its mapped pages written.
 */
final class FullDisk {
    private static final String LOCK = ".lock";
    private static final List<String> WRITTEN = List.of(".new", ".dirty", ".pages");

    private final List<Path> obstacles = new ArrayList<>();

    FullDisk(Path journals) {
        if (!Files.isDirectory(journals)) {
            return; // nothing was written yet
        }
        try (DirectoryStream<Path> locks = Files.newDirectoryStream(journals, "*" + LOCK)) {
            for (Path lock : locks) {
                String name = lock.getFileName().toString();
                obstruct(journals, name.substring(0, name.length() - LOCK.length()));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void obstruct(Path journals, String key) throws IOException {
        for (String kind : WRITTEN) {
            Path path = journals.resolve(key + kind);
            if (!Files.exists(path)) {
                obstacles.add(Files.createDirectory(path));
            }
        }
    }

    /** There is room again. */
    void free() {
        try {
            for (Path obstacle : obstacles) {
                if (Files.isDirectory(obstacle)) {
                    Files.delete(obstacle);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
