package dev.faultline.cli.attach;

import dev.faultline.migration.guest.Guest;
import dev.faultline.migration.journal.Journal;
import dev.faultline.uffd.os.Processes;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Where engines write down how far a move has come. */
public final class JournalOption {
    private static final String NAME = "faultline";

    @Option(
            names = "--journal",
            paramLabel = "DIRECTORY",
            defaultValue = "${env:FAULTLINE_JOURNAL:-" + Option.NULL_VALUE + "}",
            description = {
                "Where to write down how far the move has come, for 'faultline resume'; the file system must not outlive"
                        + " the host's kernel (default: $FAULTLINE_JOURNAL, or /run/faultline, or"
                        + " $XDG_RUNTIME_DIR/faultline for a user other than root)."
            })
    private @Nullable Path directory;

    /** Makes one, for picocli to fill. */
    public JournalOption() {}

    /**
     * Takes a guest's journal for a new move.
     *
     * @param target which guest
     * @param guest the guest
     * @return the journal
     */
    public Journal claim(GuestTarget target, Guest guest) {
        return Journal.claim(directory(), target.name(), guest);
    }

    /** {@return the directory; it need not be there yet} */
    public Path directory() {
        if (directory != null) {
            return directory;
        }
        if (Processes.isRoot()) {
            return Path.of("/run", NAME);
        }
        return Optional.ofNullable(System.getenv("XDG_RUNTIME_DIR"))
                .map(runtime -> Path.of(runtime, NAME))
                .orElseGet(() ->
                        Path.of(System.getProperty("java.io.tmpdir"), NAME + "-" + System.getProperty("user.name")));
    }
}
