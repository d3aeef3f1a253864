package dev.faultline.cli.command;

import dev.faultline.cli.json.Events;
import dev.faultline.cli.json.Json;
import dev.faultline.cli.operator.MoveDesk;
import dev.faultline.cli.operator.OperatorSocket;
import dev.faultline.cli.process.OperatorException;
import dev.faultline.migration.journal.Journal;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Where operators look after a move. */
final class ControlOption {
    private static final String NONE = "none";

    @Option(
            names = "--control",
            paramLabel = "PATH|none",
            description = "Control socket of this move, for 'faultline migration PATH ...' (default: a file beside its"
                    + " journal; it is printed).")
    private @Nullable String path;

    ControlOption() {}

    /**
     * Opens the socket, and says where it is. {@return what closes it}
     *
     * @param needed whether nothing happens without it
     */
    AutoCloser open(Journal journal, MoveDesk desk, boolean needed, boolean json) throws OperatorException {
        Optional<String> name = path != null
                ? Optional.of(path)
                : journal.controlSocket().map(file -> file.toAbsolutePath().toString());
        if (name.isEmpty() || name.get().equals(NONE)) {
            if (needed) {
                throw new OperatorException("With --standby the move begins when its control socket is told so: leave"
                        + " --control out, or give it a path");
            }
            return () -> {};
        }
        OperatorSocket socket;
        try {
            socket = OperatorSocket.open(name.get(), desk);
        } catch (OperatorException e) {
            if (path != null || needed) {
                throw e;
            }
            System.err.println(e.getMessage() + "; the move goes on without. --control names another");
            return () -> {};
        }
        if (json) {
            new Events(System.out).write(Events.CONTROL, Json.object().put("path", name.get()));
        } else {
            System.out.println("faultline migration " + name.get()
                    + " status | switch-over | pause | resume | cancel  looks after this move.");
        }
        return socket::close;
    }

    /** Closes something, if there is something. */
    interface AutoCloser extends AutoCloseable {
        @Override
        void close();
    }
}
