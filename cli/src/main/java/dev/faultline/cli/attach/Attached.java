package dev.faultline.cli.attach;

import dev.faultline.migration.guest.Guest;
import java.util.List;

/**
 * A guest that this process is attached to.
 *
 * @param guest the guest
 * @param quitter detaches and ends its process
 * @param notes what an operator should know of it, in sentences
 */
public record Attached(Guest guest, Runnable quitter, List<String> notes) implements AutoCloseable {
    /** Ends the guest's process, which nobody needs any more. */
    public void quit() {
        quitter.run();
    }

    @Override
    public void close() {
        guest.close();
    }
}
