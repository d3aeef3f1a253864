package dev.faultline.conformance.differential;

import java.util.List;

/**
 * How much is run: one program of each seed for each kind of memory.
 *
 * @param firstSeed the first seed
 * @param seeds how many seeds
 * @param steps how many steps a program has
 * @param kinds the kinds of memory, of {@link Differential#KINDS}
 * @param endNanos when it ends although seeds are left, in {@link System#nanoTime}
 */
public record Budget(long firstSeed, long seeds, int steps, List<String> kinds, long endNanos) {
    /** Keeps a copy of the kinds. */
    public Budget {
        kinds = List.copyOf(kinds);
    }
}
