package dev.faultline.migration;

/** A move ended without some of the guest's pages, as the operator had chosen for this case. */
public final class PagesLostException extends MigrationException {
    private static final long serialVersionUID = 1L;

    private final transient LostPagesReport report;

    /**
     * Describes it.
     *
     * @param message one sentence: why, and what has become of the guest
     * @param report what was lost
     */
    public PagesLostException(String message, LostPagesReport report) {
        super(message, null);
        this.report = report;
    }

    /** {@return what was lost} */
    public LostPagesReport report() {
        return report;
    }
}
