package dev.faultline.conformance;

import java.util.List;
import java.util.stream.Stream;

/**
 * What came of all cases.
 *
 * @param kernelVersion of this machine
 * @param kernelLack why the kernel was not asked, or an empty text
 * @param checks every check
 * @param rfc the proposal beside mainline; empty if it was not selected
 */
public record ConformanceReport(String kernelVersion, String kernelLack, List<Check> checks, List<RfcRow> rfc) {
    /** Copies the lists. */
    public ConformanceReport {
        checks = List.copyOf(checks);
        rfc = List.copyOf(rfc);
    }

    /**
     * {@return how many checks came out so}
     *
     * @param verdict how
     */
    public long count(Verdict verdict) {
        return checks.stream().filter(check -> check.verdict() == verdict).count();
    }

    /** {@return the checks that came out different, with those of the proposal} */
    public List<Check> differences() {
        return Stream.concat(checks.stream(), rfc.stream().map(RfcRow::proposal))
                .filter(check -> check.verdict() == Verdict.DIFFERS)
                .toList();
    }

    /** {@return whether nothing came out different} */
    public boolean isClean() {
        return differences().isEmpty();
    }

    /** {@return the sections in order} */
    public List<String> sections() {
        return checks.stream().map(Check::section).distinct().toList();
    }
}
