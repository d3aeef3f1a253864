package dev.faultline.migration.journal;

/** How far a side of a move has come, as far as a successor has to know it. */
public enum Phase {
    /** Source: the guest runs, or is paused, here as before; pages are being copied. */
    COPYING(true),
    /** Source: the guest is being paused, or is; the destination has not been told to run it. */
    PAUSED(true),
    /** Source: the destination may have been told to run the guest. */
    COMMITTED(true),
    /** Source: the destination runs the guest. */
    SERVING(true),

    /** Destination: pages come in; the guest waits for a device state. */
    RECEIVING(false),
    /** Destination: a device state is expected or being loaded; the source has not been told that it is loaded. */
    LOADING(false),
    /** Destination: the device state is loaded; the source may have been told so. */
    PREPARED(false),
    /** Destination: the source has given the guest away; it is to run here. */
    RUNNING(false),
    /** Destination: the guest never ran here and never will. */
    NEVER(false),
    /** Destination: every page is here. */
    COMPLETE(false),
    /** Destination: the source never came back, and the pages that only it had were given up, or the guest with them. */
    LOST(false);

    private final boolean atSource;

    Phase(boolean atSource) {
        this.atSource = atSource;
    }

    /** {@return whether it is one of the source} */
    public boolean isAtSource() {
        return atSource;
    }
}
