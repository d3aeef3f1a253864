package dev.faultline.migration;

/**
 * What came of the audit of a move: every page's content as the destination received it, compared with the source's memory
 * after the guest had left it.
 *
 * @param asked whether an audit was asked for
 * @param pages pages that were audited; 0 before its end
 * @param mismatches how many of them did not arrive as they are at the source
 * @param words the first of those, each with its address and how it travelled; empty if there is none
 * @param hashBytes memory that hashes of pages took on this side
 * @param durationNanos how long it took, beside the running guest
 */
public record AuditReport(
        boolean asked, long pages, long mismatches, String words, long hashBytes, long durationNanos) {
    /** No audit was asked for. */
    public static final AuditReport NONE = new AuditReport(false, 0, 0, "", 0, 0);

    /** An audit was asked for, and has not come to its end. */
    public static final AuditReport ASKED = new AuditReport(true, 0, 0, "", 0, 0);

    /** {@return whether there was an audit that came to its end} */
    public boolean isDone() {
        return pages > 0;
    }

    /** {@return whether no page was found wrong, and all were audited that should have been} */
    public boolean isGood() {
        return !asked || (isDone() && mismatches == 0);
    }

    /**
     * {@return the same outcome, as the side tells it that holds the hashes}
     *
     * @param bytes memory that hashes of pages took there
     */
    public AuditReport holding(long bytes) {
        return new AuditReport(asked, pages, mismatches, words, bytes, durationNanos);
    }

    /** {@return what is wrong, as a clause} */
    public String problem() {
        if (!isDone()) {
            return "the audit that was asked for did not come to its end";
        }
        return "the audit found that " + mismatches + " of " + pages
                + " pages did not arrive as they are at the source: " + words;
    }
}
