package dev.faultline.cli.text;

import java.util.function.Supplier;

/**
 * The line that shows how far something is: rewritten in place on a terminal, a new line each second elsewhere. Safe for
 * use by several threads.
 */
public final class StatusLine implements AutoCloseable {
    private static final long LIVE_NANOS = 200_000_000L;
    private static final long PLAIN_NANOS = 1_000_000_000L;
    private static final int MAX_COLUMNS = 79;
    private static final String TO_LINE_START_AND_CLEAR = "\r\033[K";

    private final Terminal terminal;
    private final boolean silent;
    private long shownNanos;
    private boolean shown;
    private boolean closed;

    /**
     * Makes it, with nothing to show yet.
     *
     * @param terminal where it shows
     * @param onlyLive whether to show nothing when nobody sits in front of it
     */
    public StatusLine(Terminal terminal, boolean onlyLive) {
        this.terminal = terminal;
        silent = onlyLive && !terminal.isLive();
        shownNanos = System.nanoTime() - PLAIN_NANOS;
    }

    /**
     * Shows a line if it is time for one.
     *
     * @param text makes the line
     */
    public synchronized void show(Supplier<String> text) {
        long now = System.nanoTime();
        if (!silent && !closed && now - shownNanos >= (terminal.isLive() ? LIVE_NANOS : PLAIN_NANOS)) {
            shownNanos = now;
            print(text.get());
        }
    }

    private void print(String text) {
        String line = text.length() > MAX_COLUMNS ? text.substring(0, MAX_COLUMNS) : text;
        if (terminal.isLive()) {
            terminal.stream().print(TO_LINE_START_AND_CLEAR + line);
            shown = true;
        } else {
            terminal.stream().println(line);
        }
        terminal.stream().flush();
    }

    /** Takes the line away, so that something else can be printed; it shows again at the next {@link #show}. */
    public synchronized void clear() {
        if (shown) {
            terminal.stream().print(TO_LINE_START_AND_CLEAR);
            terminal.stream().flush();
            shown = false;
        }
    }

    /** Takes the line away for good. */
    @Override
    public synchronized void close() {
        clear();
        closed = true;
    }
}
