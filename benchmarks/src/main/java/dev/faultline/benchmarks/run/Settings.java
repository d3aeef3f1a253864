package dev.faultline.benchmarks.run;

/**
 * How long a benchmark goes on.
 *
 * @param runs how many runs of each way are counted
 * @param isSample whether it is only to show that each way works: then with as little of everything as there can be
 */
public record Settings(int runs, boolean isSample) {
    /** As little as shows that each way works. */
    public static final Settings SAMPLE = new Settings(1, true);

    /** {@return how many runs are made before those that are counted, for the JVM to compile} */
    public int warmUpRuns() {
        return isSample ? 0 : 2;
    }

    /**
     * {@return a size or a count, as it is meant or for a sample}
     *
     * @param usual for numbers that mean something
     * @param sample for a sample
     */
    public int choose(int usual, int sample) {
        return isSample ? sample : usual;
    }
}
