package dev.faultline.simulation;

import dev.faultline.simulation.planted.Plant;
import dev.faultline.simulation.scenario.Migration;
import dev.faultline.simulation.scenario.Outcome;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;

/** Runs simulated migrations, one after the other. */
public final class Simulation implements AutoCloseable {
    private final Path directory;

    public Simulation() throws IOException {
        directory = Files.createTempDirectory("faultline-simulation");
    }

    public Outcome run(long seed, Plant plant, boolean verbose) throws IOException {
        try {
            return new Migration(seed, plant, directory, verbose).run();
        } finally {
            empty(directory);
        }
    }

    private static void empty(Path path) throws IOException {
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(path)) {
            for (Path entry : entries) {
                if (Files.isDirectory(entry)) {
                    empty(entry);
                }
                Files.delete(entry);
            }
        }
    }

    @Override
    public void close() throws IOException {
        empty(directory);
        Files.delete(directory);
    }
}
