package dev.faultline.simulation;

import dev.faultline.simulation.planted.Plant;
import dev.faultline.simulation.scenario.Migration;
import dev.faultline.simulation.scenario.Outcome;
import dev.faultline.simulation.sweep.Sweep;
import dev.faultline.simulation.sweep.SweepPoint;
import dev.faultline.simulation.sweep.SweepResult;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * Runs simulated migrations, one after the other. Their journals are real files, in a directory of this one's own.
 *
 * <p>The JVM needs {@code -Djdk.trackAllThreads=false} to run thousands of them: the threads of killed processes stay parked
 * for good, and are collected only if the JDK does not keep a list of them.
 */
@SuppressWarnings("exports") // to the command line
public final class Simulation implements AutoCloseable {
    /** A directory in memory: journals replace files, for which some file systems wait for their disk. */
    private static final Path MEMORY = Path.of("/dev/shm");

    /** Engines tell of what goes wrong; here all of that is meant to. A process that simulates has no other engines. */
    private static final Logger ENGINES = Logger.getLogger("dev.faultline.migration");

    static {
        ENGINES.setLevel(Level.OFF);
    }

    /** Memory that is not the heap's goes with what refers to it, and with a large heap that may be too late. */
    private static final int RUNS_PER_COLLECTION = 200;

    private final Path directory;
    private int runs;

    /**
     * Makes the directory.
     *
     * @throws IOException if that is impossible
     */
    public Simulation() throws IOException {
        directory = Files.isWritable(MEMORY)
                ? Files.createTempDirectory(MEMORY, "faultline-simulation")
                : Files.createTempDirectory("faultline-simulation");
    }

    /**
     * Runs one migration.
     *
     * @param seed decides everything
     * @param plant how the engines are broken
     * @param verbose whether all events are kept, and not only the last ones
     * @return what became of it
     * @throws IOException if its files cannot be deleted
     */
    public Outcome run(long seed, Plant plant, boolean verbose) throws IOException {
        try {
            return new Migration(seed, plant, directory, verbose).run();
        } finally {
            empty(directory);
            runs++;
            if (runs % RUNS_PER_COLLECTION == 0) {
                System.gc();
            }
        }
    }

    /**
     * Runs one migration of a sweep, on which nothing goes wrong.
     *
     * @param point what it is like
     * @return what it cost
     * @throws IOException if its files cannot be made or deleted
     */
    public SweepResult sweep(SweepPoint point) throws IOException {
        try {
            return Sweep.run(point, directory);
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
