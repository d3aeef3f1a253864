package dev.faultline.conformance.differential;

/**
 * What has been compared.
 *
 * @param programs how many programs
 * @param steps how many of their steps did something
 * @param races in how many programs several threads could go on at once
 * @param differences how many differed
 */
public record Tally(long programs, long steps, long races, long differences) {
    static Tally of(Verdict verdict) {
        return new Tally(1, verdict.steps(), verdict.races() ? 1 : 0, verdict.differs() ? 1 : 0);
    }

    /**
     * {@return both together}
     *
     * @param other the other
     */
    public Tally plus(Tally other) {
        return new Tally(
                programs + other.programs, steps + other.steps, races + other.races, differences + other.differences);
    }
}
