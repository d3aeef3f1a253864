package dev.faultline.migration;

/** When the guest changes hosts, seen from its memory. */
public enum MigrationMode {
    /** Copies in rounds while the guest runs, and the rest while it is paused; nothing is left for after the resume. */
    PRECOPY,
    /** Copies nothing before the pause; every page is fetched on its first touch or pushed. */
    POSTCOPY,
    /** Copies in rounds for as long as that pays, then resumes at once and fetches or pushes what has changed. */
    HYBRID
}
