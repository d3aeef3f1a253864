package dev.faultline.cli.attach;

import dev.faultline.migration.guest.Guest;

/**
 * A guest that this process is attached to.
 *
 * @param guest the guest
 * @param quitter detaches and ends its process
 */
public record Attached(Guest guest, Runnable quitter) implements AutoCloseable {
    /** Ends the guest's process, which nobody needs any more. */
    public void quit() {
        quitter.run();
    }

    @Override
    public void close() {
        guest.close();
    }
}
