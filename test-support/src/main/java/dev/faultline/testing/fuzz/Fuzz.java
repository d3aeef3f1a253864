package dev.faultline.testing.fuzz;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * Feeds a decoder its corpus, then mutations of it. It may succeed, or throw one of the exceptions that were named, with
 * a message. Everything else is a failure: another exception, also on a thread of its own; more memory than agreed; an
 * input that takes longer than {@link FuzzRun#LIMIT_NANOS}.
 */
public final class Fuzz {
    private static final int MUTATIONS = 2_000;
    private static final int MOST_BYTES = 16 << 10;
    private static final long MOST_ALLOCATED_BYTES = 16L << 20;

    /** What is fuzzed. */
    @FunctionalInterface
    public interface Decoder {
        /**
         * Decodes, and checks what came out.
         *
         * @param input a damaged input, its own copy
         * @throws Exception if it was refused
         */
        void take(byte[] input) throws Exception;
    }

    final String target;
    final FuzzLimits limits;
    final List<String> words = new ArrayList<>();
    int mutations = MUTATIONS;
    int mostBytes = MOST_BYTES;
    long mostAllocatedBytes = MOST_ALLOCATED_BYTES;
    Set<Class<?>> expected = Set.of();

    Fuzz(String target, FuzzLimits limits) {
        this.target = target;
        this.limits = limits;
    }

    /**
     * {@return a target, yet to be run}
     *
     * @param target its name, which is that of its corpus' directory in src/test/resources/fuzz
     */
    public static Fuzz target(String target) {
        return new Fuzz(target, FuzzLimits.ofThisRun());
    }

    /**
     * {@return this, with exceptions that it may throw}
     *
     * @param types exactly these, not their subclasses: a NumberFormatException is an IllegalArgumentException too
     */
    public Fuzz expecting(Class<?>... types) {
        expected = Set.of(types);
        return this;
    }

    /**
     * {@return this, with words to put in}
     *
     * @param more the words
     */
    public Fuzz withWords(String... more) {
        words.addAll(List.of(more));
        return this;
    }

    /**
     * {@return this, with another number of mutations in a test run}
     *
     * @param number how many
     */
    public Fuzz times(int number) {
        mutations = number;
        return this;
    }

    /**
     * {@return this, with another limit of what one input may allocate on the heap, on all threads}
     *
     * @param bytes the limit
     */
    public Fuzz allocatingAtMost(long bytes) {
        mostAllocatedBytes = bytes;
        return this;
    }

    /**
     * Runs it, or skips the running test if {@code ./dev fuzz} has named another target.
     *
     * @param decoder what is fuzzed; called on one thread
     */
    public void run(Decoder decoder) {
        assumeTrue(limits.includes(target), "another target is fuzzed");
        new FuzzRun(this, decoder).run();
    }
}
