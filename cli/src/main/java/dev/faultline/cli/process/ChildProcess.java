package dev.faultline.cli.process;

import dev.faultline.cli.json.Events;
import dev.faultline.cli.json.Json;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import tools.jackson.databind.node.ObjectNode;

/**
 * A part of this program that runs in a process of its own. It says what happens as events on its standard output, and why
 * it failed as one sentence on its standard error; its standard input is a pipe whose end tells it that its parent is gone.
 */
public final class ChildProcess {
    private static final int KILLED_BASE = 128;

    private final String name;
    private final Process process;
    private final Map<String, ObjectNode> events = new HashMap<>();
    private String lastError = "";
    private boolean silent;
    private Thread errors;

    private ChildProcess(String name, Process process) {
        this.name = name;
        this.process = process;
        errors = read("errors", process.getErrorStream(), this::onError);
        Thread _ = read("events", process.getInputStream(), this::onLine);
    }

    /**
     * Starts a part. To be called on the main thread, because a child dies with the thread that started it.
     *
     * @param name what the part is, for messages
     * @param arguments its command line
     * @return the process
     * @throws OperatorException if it cannot be started
     */
    static ChildProcess start(String name, List<String> arguments) throws OperatorException {
        List<String> all = new ArrayList<>(arguments);
        all.addAll(List.of(
                "--json",
                "--die-with-parent",
                Long.toString(ProcessHandle.current().pid())));
        try {
            return new ChildProcess(name, new ProcessBuilder(JavaCommand.of(all)).start());
        } catch (IOException e) {
            throw new OperatorException("The process of " + name + " cannot be started: " + e.getMessage(), e);
        }
    }

    private Thread read(String what, InputStream in, Consumer<String> line) {
        return Thread.ofPlatform()
                .daemon()
                .name("faultline-" + what + "-" + process.pid())
                .start(() -> {
                    try (BufferedReader reader =
                            new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8))) {
                        reader.lines().forEach(line);
                    } catch (IOException | UncheckedIOException e) {
                        // Its end, seen while the stream is being closed.
                    } finally {
                        onEndOf(what);
                    }
                });
    }

    private synchronized void onLine(String line) {
        Json.parse(line).ifPresent(event -> {
            events.put(event.path(Events.EVENT).asString(""), event);
            notifyAll();
        });
    }

    private synchronized void onError(String line) {
        if ("1".equals(System.getenv("FAULTLINE_DEBUG"))) {
            System.err.println(name + ": " + line);
        }
        // The first line is the sentence; what a JVM or a debug run adds comes after it.
        if (lastError.isEmpty() && !line.isBlank()) {
            lastError = line.strip();
        }
    }

    private void onEndOf(String what) {
        if (what.equals("events")) {
            synchronized (this) {
                silent = true;
                notifyAll();
            }
        }
    }

    /**
     * {@return the latest event of that name, if there was one}
     *
     * @param event its name
     */
    public synchronized Optional<ObjectNode> latest(String event) {
        return Optional.ofNullable(events.get(event));
    }

    /**
     * {@return the event of that name, as soon as there is one}
     *
     * @param event its name
     * @param timeout how long to wait
     * @throws OperatorException if the process ends before, or the time is up
     */
    public ObjectNode await(String event, Duration timeout) throws OperatorException {
        long deadline = System.nanoTime() + timeout.toNanos();
        synchronized (this) {
            while (!events.containsKey(event) && !silent && deadline > System.nanoTime()) {
                pause(deadline - System.nanoTime());
            }
            ObjectNode found = events.get(event);
            if (found != null) {
                return found;
            }
            if (!silent) {
                throw new OperatorException(
                        "The process of " + name + " did nothing for " + timeout.toSeconds() + " s");
            }
        }
        throw failure();
    }

    private void pause(long nanos) throws OperatorException {
        try {
            TimeUnit.NANOSECONDS.timedWait(this, nanos);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new OperatorException("Interrupted", e);
        }
    }

    /** {@return whether it has ended, or is about to: it says nothing any more} */
    public synchronized boolean hasEnded() {
        return silent;
    }

    /** {@return why it ended, in its own words if it had any} */
    public OperatorException failure() {
        int code = awaitExit();
        try {
            errors.join(Duration.ofSeconds(1));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        synchronized (this) {
            if (!lastError.isEmpty()) {
                return new OperatorException(lastError);
            }
        }
        String how = code > KILLED_BASE ? "was killed by signal " + (code - KILLED_BASE) : "ended with status " + code;
        return new OperatorException("The process of " + name + " " + how + " without saying why");
    }

    private int awaitExit() {
        try {
            return process.waitFor(5, TimeUnit.SECONDS) ? process.exitValue() : -1;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return -1;
        }
    }

    /** {@return its number} */
    public long processId() {
        return process.pid();
    }

    /**
     * {@return whether it has ended by itself within that time}
     *
     * @param timeout how long to wait
     */
    public boolean awaitEnd(Duration timeout) {
        try {
            return process.waitFor(timeout);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /** Kills it, whatever it does. */
    void kill() {
        process.destroyForcibly();
    }
}
