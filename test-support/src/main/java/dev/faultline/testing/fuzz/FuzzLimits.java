package dev.faultline.testing.fuzz;

import java.nio.file.Path;
import java.util.Arrays;

/**
 * How long to fuzz. A test run takes a fixed number of mutations of a fixed seed; {@code ./dev fuzz} asks for more.
 *
 * @param only the one target to run; empty for all
 * @param seed the seed
 * @param seconds how long, in place of a number of mutations; 0 in a test run
 * @param directory the module
 */
record FuzzLimits(String only, long seed, int seconds, Path directory) {
    private static final long TEST_SEED = 1;

    static FuzzLimits ofThisRun() {
        return new FuzzLimits(
                System.getProperty("faultline.fuzz", ""),
                Long.getLong("faultline.fuzz.seed", TEST_SEED),
                Integer.getInteger("faultline.fuzz.seconds", 0),
                Path.of(System.getProperty("basedir", "")));
    }

    boolean includes(String target) {
        return only.isEmpty() || Arrays.asList(only.split(",", -1)).contains(target);
    }

    /** {@return where a target's inputs are} */
    Corpus corpus(String target) {
        return new Corpus(directory.resolve("src/test/resources/fuzz").resolve(target));
    }

    /** {@return where a failing input goes} A test run leaves the sources alone. */
    Corpus failures(String target) {
        return seconds > 0
                ? corpus(target)
                : new Corpus(directory.resolve("target/fuzz").resolve(target));
    }
}
