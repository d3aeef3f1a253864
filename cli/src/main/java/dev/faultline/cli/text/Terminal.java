package dev.faultline.cli.text;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;

/** A standard stream, and whether somebody sits in front of it. */
public final class Terminal {
    private static final int STDOUT = 1;
    private static final int STDERR = 2;

    private final PrintStream stream;
    private final boolean live;

    Terminal(PrintStream stream, boolean live) {
        this.stream = stream;
        this.live = live;
    }

    /** {@return standard output} */
    public static Terminal stdout() {
        return new Terminal(System.out, isTerminal(STDOUT));
    }

    /** {@return standard error} */
    public static Terminal stderr() {
        return new Terminal(System.err, isTerminal(STDERR));
    }

    /** {@return where to print} */
    public PrintStream stream() {
        return stream;
    }

    /** {@return whether a line can be rewritten in place} */
    public boolean isLive() {
        return live;
    }

    private static boolean isTerminal(int fd) {
        try {
            String target =
                    Files.readSymbolicLink(Path.of("/proc/self/fd/" + fd)).toString();
            return target.startsWith("/dev/pts/") || target.startsWith("/dev/tty") || target.equals("/dev/console");
        } catch (IOException e) {
            return false;
        }
    }
}
