package dev.faultline.migration.destination;

import dev.faultline.migration.page.WaitingFaults;
import dev.faultline.uffd.Uffd;

/** The faults of the regions that share a userfaultfd. One reader serves them. */
final class FaultShard {
    private final Uffd uffd;
    private final WaitingFaults waiting = new WaitingFaults();

    FaultShard(Uffd uffd) {
        this.uffd = uffd;
    }

    /** {@return what the faults are read from, and answered by} */
    Uffd uffd() {
        return uffd;
    }

    /** {@return the pages of these regions that are waited for} */
    WaitingFaults waiting() {
        return waiting;
    }
}
