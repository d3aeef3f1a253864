package dev.faultline.conformance.differential;

/**
 * What has been compared.
 *
 * @param programs how many programs
 * @param steps how many of their steps did something
 * @param races how many programs could be seen to end in more than one way
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
