package dev.faultline.conformance.differential;

/**
 * A program on which kernel and model part.
 *
 * @param seed of the program from which it was cut, or 0 if it comes from a text
 * @param steps how many steps are left
 * @param text the program, and what both sides gave where they part; {@link Differential#replay} takes it
 */
public record Difference(long seed, int steps, String text) {}
