package dev.faultline.migration;

/** What becomes of a guest at its destination when pages that it does not have are lost with their source. */
public enum OnLostPages {
    /** It is paused, or waits at the first such page; the source may still come back. */
    FREEZE,
    /** It goes on without them: who touches one gets a SIGBUS, or a machine check inside the guest. */
    POISON,
    /** Its process is ended, and its memory given back. */
    KILL
}
