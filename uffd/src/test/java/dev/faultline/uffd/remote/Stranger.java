package dev.faultline.uffd.remote;

import dev.faultline.testing.Skipping;
import dev.faultline.uffd.internal.linux.Syscall;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A process that is no child of this JVM but a shell's. The kernel kills it when the shell, or this JVM, dies. It tells its
 * number itself, before it becomes the command: the shell could tell it later than the command writes its first line.
 */
final class Stranger implements AutoCloseable {
    static final List<String> PREFIX = List.of(
            "setpriv",
            "--pdeathsig",
            "KILL",
            "sh",
            "-c",
            "exec 3<&0; setpriv --pdeathsig KILL sh -c 'echo $$; exec \"$@\"' sh \"$@\" <&3 &"
                    + " wait $!; echo \"ended with $?\"",
            "sh");

    private final Process shell;
    private final BufferedReader output;
    private final long processId;

    private Stranger(Process shell) {
        this.shell = shell;
        output = shell.inputReader(StandardCharsets.UTF_8);
        processId = Long.parseLong(readLine());
    }

    /** Skips the test where such processes cannot be made. */
    static void require() {
        if (Syscall.AARCH64) {
            Skipping.skip("knows the numbers of x86-64");
        }
        for (String tool : List.of("/usr/bin/setpriv", "/usr/bin/perl")) {
            if (!Files.isExecutable(Path.of(tool))) {
                Skipping.skip("needs " + tool);
            }
        }
    }

    static Stranger start(String... command) {
        List<String> all = new ArrayList<>(PREFIX);
        all.addAll(List.of(command));
        try {
            return new Stranger(new ProcessBuilder(all)
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** {@return one that has got as far as to wait in one of these calls, by their x86-64 numbers} */
    static Stranger startAndAwait(List<String> command, Integer... calls) {
        Stranger stranger = start(command.toArray(String[]::new));
        String name = Path.of(command.getFirst()).getFileName().toString();
        while (!stranger.line("comm").equals(name)
                || !List.of(calls).contains(stranger.call().orElse(-1))) {
            Thread.onSpinWait();
        }
        return stranger;
    }

    long pid() {
        return processId;
    }

    /** {@return the call that its main thread waits in, by its number; nothing if it runs} */
    Optional<Integer> call() {
        String[] words = line("syscall").split(" ", -1);
        return words.length > 1 && !words[0].equals("-1") ? Optional.of(Integer.valueOf(words[0])) : Optional.empty();
    }

    /** {@return the state letter of its main thread} */
    char state() {
        String stat = line("stat");
        return stat.charAt(stat.lastIndexOf(')') + 2);
    }

    /** {@return a field of /proc/PID/status} */
    String status(String field) {
        try (Stream<String> lines = Files.lines(Path.of("/proc", Long.toString(processId), "status"))) {
            return lines.filter(line -> line.startsWith(field + ":"))
                    .map(line -> line.substring(field.length() + 1).strip())
                    .findFirst()
                    .orElseThrow();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    String line(String file) {
        try {
            return Files.readAllLines(Path.of("/proc", Long.toString(processId), file))
                    .getFirst();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    String readLine() {
        try {
            String line = output.readLine();
            if (line == null) {
                throw new AssertionError("the process has closed its output");
            }
            return line;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    void writeLine(String line) {
        try {
            shell.getOutputStream().write((line + "\n").getBytes(StandardCharsets.UTF_8));
            shell.getOutputStream().flush();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    void signal(String name) {
        try {
            new ProcessBuilder("kill", "-" + name, Long.toString(processId))
                    .start()
                    .waitFor();
        } catch (IOException | InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @Override
    public void close() {
        ProcessHandle.of(processId).ifPresent(ProcessHandle::destroyForcibly);
        shell.destroyForcibly();
        try {
            shell.waitFor();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
