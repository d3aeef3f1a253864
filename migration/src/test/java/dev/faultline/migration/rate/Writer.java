package dev.faultline.migration.rate;

import dev.faultline.testing.Skipping;
import dev.faultline.uffd.Uffd;
import dev.faultline.uffd.memory.PageSize;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A process that writes to shared memory when it is told to. It is no child of this JVM but a shell's, since nobody can
 * trace a child; the kernel kills it when the shell, or this JVM, dies.
 */
final class Writer implements AutoCloseable {
    private static final String JAR = "jar:";

    private static final Path SETPRIV = Path.of("/usr/bin/setpriv");
    private static final String SHELL =
            "exec 3<&0; setpriv --pdeathsig KILL sh -c 'echo $$; exec \"$@\"' sh \"$@\" <&3 & wait $!";

    private final Process shell;
    private final BufferedReader output;
    private final long processId;

    private Writer(Process shell) {
        this.shell = shell;
        output = shell.inputReader(StandardCharsets.UTF_8);
        processId = Long.parseLong(readLine());
    }

    static void require() {
        if (!Files.isExecutable(SETPRIV)) {
            Skipping.skip("needs " + SETPRIV);
        }
    }

    /** Starts one, and waits until it has mapped its file. */
    static Writer start(PageSize pageSize, int pages) {
        Writer writer = startProgram(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-XX:-UsePerfData", // a file in shared memory, too, where /tmp is one
                "-cp",
                rootOf(WriterMain.class) + ":" + rootOf(Uffd.class),
                WriterMain.class.getName(),
                Long.toString(pageSize.bytes()),
                Integer.toString(pages));
        writer.readLine();
        return writer;
    }

    static Writer startProgram(String... program) {
        List<String> command =
                new ArrayList<>(List.of(SETPRIV.toString(), "--pdeathsig", "KILL", "sh", "-c", SHELL, "sh"));
        command.addAll(List.of(program));
        try {
            return new Writer(new ProcessBuilder(command)
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Where a class really is: the code source of a patched module does not tell. */
    private static Path rootOf(Class<?> type) {
        String name = "/" + type.getName().replace('.', '/') + ".class";
        String location = String.valueOf(type.getResource(name));
        if (location.startsWith(JAR)) {
            return Path.of(URI.create(location.substring(JAR.length(), location.indexOf('!'))));
        }
        String path = Path.of(URI.create(location)).toString();
        return Path.of(path.substring(0, path.length() - name.length()));
    }

    long pid() {
        return processId;
    }

    /** Has it write to pages, by way of its first mapping. */
    void write(int first, int count) {
        tell("write 0 " + first + " " + count);
    }

    /** {@return its answer, when it has done it} */
    String tell(String command) {
        try {
            shell.getOutputStream().write((command + "\n").getBytes(StandardCharsets.UTF_8));
            shell.getOutputStream().flush();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return readLine();
    }

    private String readLine() {
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

    void kill() {
        ProcessHandle.of(processId).ifPresent(ProcessHandle::destroyForcibly);
    }

    @Override
    public void close() {
        kill();
        shell.destroyForcibly();
        try {
            shell.waitFor();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
