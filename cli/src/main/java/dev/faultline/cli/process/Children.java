package dev.faultline.cli.process;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * The processes that this one has started. None outlives it: closing kills them, a shutdown by a signal does too, and for
 * a sudden death the children have made their own arrangements.
 */
public final class Children implements AutoCloseable {
    private static final Duration END = Duration.ofSeconds(10);

    private final List<ChildProcess> all = new CopyOnWriteArrayList<>();
    private final Thread atShutdown = new Thread(this::killAll, "faultline-kill-children");
    private volatile boolean ending;

    /** Makes an empty family. To be called on the main thread. */
    public Children() {
        Runtime.getRuntime().addShutdownHook(atShutdown);
    }

    /**
     * Starts a part of this program. To be called on the main thread.
     *
     * @param name what the part is, for messages
     * @param arguments its command line
     * @return the process
     * @throws OperatorException if it cannot be started
     */
    public ChildProcess start(String name, List<String> arguments) throws OperatorException {
        ChildProcess child = ChildProcess.start(name, arguments);
        all.add(child);
        if (ending) {
            child.kill(); // the hook may have looked before it was in the list
        }
        return child;
    }

    private void killAll() {
        ending = true;
        all.forEach(ChildProcess::kill);
        all.forEach(child -> child.awaitEnd(END));
    }

    @Override
    public void close() {
        killAll();
        try {
            Runtime.getRuntime().removeShutdownHook(atShutdown);
        } catch (IllegalStateException e) {
            // It runs.
        }
    }
}
