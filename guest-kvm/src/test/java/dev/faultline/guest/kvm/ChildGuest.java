package dev.faultline.guest.kvm;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A guest in a process of its own, which is killed when it is closed or when this JVM dies. */
final class ChildGuest implements AutoCloseable {
    private final Process process;
    private final BufferedReader output;

    ChildGuest(GuestConfig config) {
        this(GuestMain.class, GuestMain.encode(config));
    }

    ChildGuest(Class<?> main, String argument) {
        this(List.of(), main, argument);
    }

    /** Another program of the tests, started by another command. */
    ChildGuest(List<String> prefix, Class<?> main, String argument) {
        List<String> command = new ArrayList<>(prefix);
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of("--enable-native-access=ALL-UNNAMED", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"));
        command.addAll(List.of("-cp", classPath(), main.getName(), argument));
        try {
            process = new ProcessBuilder(command).redirectErrorStream(true).start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        output = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    }

    /** The tests' classes first; the modules of this JVM become a class path. */
    private static String classPath() {
        return "target/test-classes:" + System.getProperty("jdk.module.path") + ":"
                + System.getProperty("java.class.path");
    }

    /** The next line that it prints, or null at its end. */
    @Nullable
    String readLine() {
        try {
            return output.readLine();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    long processId() {
        return process.pid();
    }

    /** Sends SIGTERM. By the handle: the process itself would close its output as well. */
    void terminate() {
        process.toHandle().destroy();
    }

    void kill() {
        process.toHandle().destroyForcibly();
    }

    OptionalLong exitStatus() {
        try {
            boolean ended = process.waitFor(20, TimeUnit.SECONDS);
            return ended ? OptionalLong.of(process.exitValue()) : OptionalLong.empty();
        } catch (InterruptedException e) {
            throw new AssertionError("interrupted", e);
        }
    }

    @Override
    public void close() {
        process.destroyForcibly();
        exitStatus();
    }
}
