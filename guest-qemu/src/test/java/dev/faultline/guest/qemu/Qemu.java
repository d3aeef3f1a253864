package dev.faultline.guest.qemu;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faultline.guest.qemu.qmp.Json;
import dev.faultline.guest.qemu.qmp.QmpClient;
import dev.faultline.testing.Skipping;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import tools.jackson.databind.JsonNode;

/**
 * A QEMU under TCG with two QMP sockets, one for the engine and one for the test. It is no child of this JVM but a
 * shell's, since nobody can trace a child; the kernel kills it when the shell, or this JVM, dies.
 */
final class Qemu implements AutoCloseable {
    static final long TIMEOUT_NANOS = TimeUnit.SECONDS.toNanos(20);
    static final String PROGRAM = "qemu-system-x86_64";

    private static final String SHELL =
            "exec 3<&0; log=$1; shift; setpriv --pdeathsig KILL \"$@\" <&3 2>\"$log\" & echo $!; wait $!";

    private final Path folder;
    private final Process shell;
    private final long processId;
    private final QmpClient watch;

    private Qemu(Path folder, Process shell, long processId) {
        this.folder = folder;
        this.shell = shell;
        this.processId = processId;
        watch = QmpClient.connect(folder.resolve("watch").toString(), TIMEOUT_NANOS);
    }

    /** Starts one with no devices but the board's. */
    static Qemu start(Path folder, List<String> arguments) {
        require();
        List<String> command = new ArrayList<>(
                List.of("setpriv", "--pdeathsig", "KILL", "sh", "-c", SHELL, "sh", folder.resolve("log") + ""));
        command.addAll(List.of(PROGRAM, "-nodefaults", "-display", "none", "-accel", "tcg"));
        for (String socket : List.of("engine", "watch")) {
            command.addAll(List.of("-qmp", "unix:" + folder.resolve(socket) + ",server=on,wait=off"));
        }
        command.addAll(arguments);
        try {
            Files.createDirectories(folder);
            Process shell = new ProcessBuilder(command)
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start();
            String line = shell.inputReader(StandardCharsets.UTF_8).readLine();
            awaitSockets(folder, Long.parseLong(line));
            return new Qemu(folder, shell, Long.parseLong(line));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static void require() {
        for (String tool : List.of(PROGRAM, "setpriv")) {
            if (!Files.isExecutable(Path.of("/usr/bin", tool))) {
                Skipping.skip("needs " + tool);
            }
        }
    }

    private static void awaitSockets(Path folder, long processId) throws IOException {
        // QEMU makes the second one later.
        while (!Files.exists(folder.resolve("watch"))) {
            if (ProcessHandle.of(processId).isEmpty()) {
                throw new AssertionError("QEMU did not start: " + Files.readString(folder.resolve("log")));
            }
            nap();
        }
    }

    static void nap() {
        try {
            Thread.sleep(5);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    /** Arguments of a machine with one memory backend of 64 MiB. */
    static List<String> machine(String backend, String... more) {
        List<String> arguments = new ArrayList<>(
                List.of("-m", "64M", "-object", backend + ",id=ram,size=64M", "-machine", "pc,memory-backend=ram"));
        arguments.addAll(List.of(more));
        return arguments;
    }

    /** A backend whose file is on tmpfs, and goes with the folder's name. */
    static String file(Path folder) {
        return "memory-backend-file,share=on,mem-path=" + ramFile(folder);
    }

    static Path ramFile(Path folder) {
        return Path.of("/dev/shm", "faultline-" + ProcessHandle.current().pid() + "-" + folder.getFileName());
    }

    QemuOptions options() {
        return new QemuOptions(folder.resolve("engine").toString(), OptionalLong.empty(), TIMEOUT_NANOS);
    }

    long processId() {
        return processId;
    }

    /** On the test's own connection. */
    QmpClient watch() {
        return watch;
    }

    String runState() {
        return watch.execute("query-status").path("status").asString("");
    }

    void awaitRunState(String wanted) {
        while (!runState().equals(wanted)) {
            nap();
        }
    }

    JsonNode human(String line) {
        return watch.execute("human-monitor-command", Json.object().put("command-line", line));
    }

    boolean hasEnded() {
        return ProcessHandle.of(processId).isEmpty();
    }

    void kill() {
        ProcessHandle.of(processId).ifPresent(ProcessHandle::destroyForcibly);
        try {
            assertThat(shell.waitFor(20, TimeUnit.SECONDS)).isTrue(); // it waits for QEMU
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @Override
    public void close() {
        watch.close();
        kill();
        shell.destroyForcibly();
        try {
            Files.deleteIfExists(ramFile(folder));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
