package dev.faultline.migration;

/**
 * How far one side of a migration is.
 *
 * @param phase what it is doing, in a word or two
 * @param round the round of pre-copy, from 0
 * @param bytes content sent or received so far
 * @param faults pages that the guest asked for so far
 * @param remainingPages pages that are not at their final content on the destination, as far as this side knows
 * @param elapsedNanos since this side began
 */
public record MigrationProgress(
        String phase, int round, long bytes, long faults, long remainingPages, long elapsedNanos) {
    /** The phase in which all is ready, and an operator's word is waited for. */
    public static final String STANDING_BY = "standing by";
}
