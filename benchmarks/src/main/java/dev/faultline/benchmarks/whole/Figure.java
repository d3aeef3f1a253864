package dev.faultline.benchmarks.whole;

/** What is measured of a migration. */
public enum Figure {
    /** From the source's stop to the destination's resume. */
    DOWNTIME("downtime ms", 1),
    /** Between the last heartbeat on the source and the first on the destination. */
    SILENCE("silence ms", 0),
    /** The longest time without a heartbeat from the command to a second after the end. */
    LONGEST_GAP("longest gap ms", 0),
    /** From the command to the source being releasable. */
    TOTAL("total ms", 0),
    /** What went over the link. */
    SENT("sent MiB", 0),
    /** Faults that were answered. */
    FAULTS("faults", 0),
    /** What the guest did in the second before the command. */
    BEFORE("before, 1000 pages/s", 1),
    /** What the guest did from the command to the end. */
    DURING("during", 1),
    /** What the guest did in the second after it was resumed. */
    AFTER("second after resume", 1),
    /** Processor time of the source's engine, from its start to its end. */
    SOURCE_CPU("source engine CPU s", 2),
    /** Processor time of the destination's engine. */
    DESTINATION_CPU("destination engine CPU s", 2),
    /** Processor time of both VMMs' threads that are no vCPUs. */
    VMM_CPU("QEMUs' CPU s, without vCPUs", 2),
    /** The most memory that the source's engine had resident, the guest's left out. */
    SOURCE_OWN("source engine's own MiB", 0),
    /** The same of the destination's. */
    DESTINATION_OWN("destination engine's own MiB", 0),
    /** The most that the source's engine had resident with the guest's pages that it has mapped. */
    SOURCE_PEAK("source engine's peak RSS MiB", 0),
    /** The same of the destination's. */
    DESTINATION_PEAK("destination engine's peak RSS MiB", 0);

    private final String title;
    private final int digits;

    Figure(String title, int digits) {
        this.title = title;
        this.digits = digits;
    }

    /** {@return for the head of its column, with the unit} */
    public String title() {
        return title;
    }

    /** Returns it without the unit, for a ratio. */
    String label() {
        return title.replaceAll(" (ms|MiB|CPU s)$|, 1000 pages/s", "");
    }

    int digits() {
        return digits;
    }
}
