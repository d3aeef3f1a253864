package dev.faultline.guest.qemu.inspection;

/**
 * Something that was looked at.
 *
 * @param what was looked at, in a word or two
 * @param verdict how it was found
 * @param why what was found, one sentence without a full stop
 * @param remedy what to do about it; empty if there is nothing to do
 */
public record Finding(String what, Verdict verdict, String why, String remedy) {
    /** How something was found. */
    public enum Verdict {
        /** As it has to be. */
        OK,
        /** It can be moved, and this is good to know. */
        NOTE,
        /** It cannot be moved safely. */
        REFUSED
    }

    /**
     * {@return a finding: as it has to be}
     *
     * @param what was looked at
     * @param why what was found
     */
    public static Finding ok(String what, String why) {
        return new Finding(what, Verdict.OK, why, "");
    }

    /**
     * {@return a finding: good to know}
     *
     * @param what was looked at
     * @param why what was found
     */
    public static Finding note(String what, String why) {
        return new Finding(what, Verdict.NOTE, why, "");
    }

    /**
     * {@return a finding: it stands in the way}
     *
     * @param what was looked at
     * @param why what was found
     * @param remedy what to do about it, or empty
     */
    public static Finding refused(String what, String why, String remedy) {
        return new Finding(what, Verdict.REFUSED, why, remedy);
    }

    /** {@return whether it stands in the way} */
    public boolean isRefusal() {
        return verdict == Verdict.REFUSED;
    }

    /** {@return what was found and what to do, in one line} */
    public String line() {
        return what + ": " + why + (remedy.isEmpty() ? "" : "; " + remedy);
    }
}
