package dev.faultline.cli;

import dev.faultline.cli.json.Json;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Predicate;
import tools.jackson.databind.JsonNode;

/** A {@code faultline} command that a test has started, with all that it has printed. */
final class Faultline implements AutoCloseable {
    private static final Duration LIMIT = Duration.ofMinutes(3);

    private final List<String> arguments;
    private final Process process;
    private final List<String> out = new ArrayList<>();
    private final List<String> err = new ArrayList<>();
    private final Thread outReader;
    private final Thread errReader;

    private Faultline(List<String> arguments, Process process) {
        this.arguments = arguments;
        this.process = process;
        outReader = read(process.getInputStream(), out);
        errReader = read(process.getErrorStream(), err);
    }

    static Faultline start(String... arguments) {
        return start(Path.of("target"), Map.of(), arguments);
    }

    /** Runs a command by way of another, which ends by executing its own arguments. */
    static Faultline runIn(List<String> prefix, List<String> arguments) {
        try (Faultline command = start(prefix, Path.of("target"), Map.of(), arguments)) {
            command.await();
            return command;
        }
    }

    /** Starts a command by way of another, which ends by executing its own arguments. */
    static Faultline start(List<String> prefix, List<String> arguments) {
        return start(prefix, Path.of("target"), Map.of(), arguments);
    }

    static Faultline start(Path directory, Map<String, String> environment, String... arguments) {
        return start(List.of(), directory, environment, List.of(arguments));
    }

    private static Faultline start(
            List<String> prefix, Path directory, Map<String, String> environment, List<String> arguments) {
        List<String> command = new ArrayList<>(prefix);
        command.add(Repository.root().resolve("faultline").toString());
        command.addAll(arguments);
        try {
            ProcessBuilder builder = new ProcessBuilder(command).directory(directory.toFile());
            builder.environment().putAll(environment);
            return new Faultline(arguments, builder.start());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Runs a command to its end. */
    static Faultline run(String... arguments) {
        try (Faultline command = start(arguments)) {
            command.await();
            return command;
        }
    }

    private Thread read(InputStream stream, List<String> lines) {
        return Thread.ofPlatform().daemon().start(() -> {
            try (BufferedReader reader = new BufferedReader(new InputStreamReader(stream, StandardCharsets.UTF_8))) {
                reader.lines().forEach(line -> {
                    synchronized (this) {
                        lines.add(line);
                        notifyAll();
                    }
                });
            } catch (IOException | UncheckedIOException e) {
                // Closed under the reader, because the process was killed.
            }
        });
    }

    long processId() {
        return process.pid();
    }

    boolean isAlive() {
        return process.isAlive();
    }

    /** Waits for its end; returns its exit code. */
    int await() {
        try {
            if (!process.waitFor(LIMIT)) {
                throw new IllegalStateException(this + " did not end");
            }
            outReader.join();
            errReader.join();
            return process.exitValue();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    int exitCode() {
        return process.exitValue();
    }

    synchronized String out() {
        return String.join("\n", out);
    }

    synchronized String err() {
        return String.join("\n", err);
    }

    /** The last line of its output, which is JSON. */
    synchronized JsonNode json() {
        return Json.parse(out.getLast()).orElseThrow(() -> new AssertionError("no JSON: " + this));
    }

    /** Waits for a line of its output. */
    String awaitLine(Predicate<String> wanted) {
        return awaitLineOrEnd(wanted)
                .orElseThrow(() -> new IllegalStateException(this + " ended before it printed what was waited for"));
    }

    /** Waits for a line of its output. {@return the line, or nothing if it has ended without it} */
    synchronized Optional<String> awaitLineOrEnd(Predicate<String> wanted) {
        long deadline = System.nanoTime() + LIMIT.toNanos();
        try {
            int seen = 0;
            while (true) {
                for (; seen < out.size(); seen++) {
                    if (wanted.test(out.get(seen))) {
                        return Optional.of(out.get(seen));
                    }
                }
                if (!process.isAlive() && !outReader.isAlive()) {
                    return Optional.empty();
                }
                if (System.nanoTime() > deadline) {
                    throw new TimeoutException("time is up");
                }
                wait(50);
            }
        } catch (InterruptedException | TimeoutException e) {
            throw new IllegalStateException(this + " did not print what was waited for", e);
        }
    }

    /** Waits for a JSON event and returns it. */
    JsonNode awaitEvent(String name) {
        String line = awaitLine(text -> text.contains("\"event\":\"" + name + "\""));
        return Json.parse(line).orElseThrow();
    }

    /** SIGKILL to the process itself, not to those that it started. */
    void kill() {
        process.destroyForcibly();
        try {
            process.waitFor(10, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** SIGTERM. What it prints then is read, which {@link Process#destroy} would not. */
    void terminate() {
        process.toHandle().destroy();
    }

    @Override
    public void close() {
        kill();
    }

    @Override
    public synchronized String toString() {
        return "faultline " + String.join(" ", arguments)
                + (process.isAlive() ? " (running)" : " (exit code " + process.exitValue() + ")") + "\n" + out() + "\n"
                + err();
    }
}
