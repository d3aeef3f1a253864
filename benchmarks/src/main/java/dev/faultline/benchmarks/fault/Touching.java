package dev.faultline.benchmarks.fault;

import java.util.Locale;

/**
 * Which pages are touched, how.
 *
 * @param threads by how many threads at once, each its part
 * @param random in any order, or upwards
 * @param every only every so many pages
 * @param count how many pages
 */
record Touching(int threads, boolean random, int every, int count) {
    String command(long seed) {
        return String.format(
                Locale.ROOT, "touch %d %s %d %d %d", threads, random ? "random" : "upwards", every, count, seed);
    }
}
