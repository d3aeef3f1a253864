package dev.faultline.benchmarks.program;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** The programs of src/main/c, compiled by this machine's C compiler when they are first wanted. */
public final class CPrograms implements AutoCloseable {
    private static final List<String> HEADERS = List.of("common.h", "attach.h");

    private final Path directory;

    /**
     * Has none compiled yet.
     *
     * @throws IOException if there is no room for them
     */
    public CPrograms() throws IOException {
        directory = Files.createTempDirectory("faultline-bench");
        for (String header : HEADERS) {
            extract(header);
        }
    }

    /**
     * {@return a path for a socket, or whatever else goes when these programs do}
     *
     * @param name the file's name
     */
    public Path scratch(String name) {
        return directory.resolve(name);
    }

    /**
     * Starts one.
     *
     * @param prefix what is put before the command, say to run it in a namespace
     * @param name the source file's name without its end
     * @param arguments what main gets
     * @return the process
     * @throws IOException if it cannot be compiled or started
     */
    public Child start(List<String> prefix, String name, String... arguments) throws IOException {
        Path program = directory.resolve(name);
        if (!Files.exists(program)) {
            compile(extract(name + ".c"), program);
        }
        List<String> command = new ArrayList<>(prefix);
        command.add(program.toString());
        command.addAll(Arrays.asList(arguments));
        return Child.start(command);
    }

    private Path extract(String name) throws IOException {
        Path file = directory.resolve(name);
        try (InputStream source = CPrograms.class.getResourceAsStream(name)) {
            if (source == null) {
                throw new IllegalStateException("there is no " + name + " in src/main/c");
            }
            Files.copy(source, file);
        }
        return file;
    }

    private static void compile(Path source, Path program) throws IOException {
        Process compiler;
        try {
            compiler = new ProcessBuilder("cc", "-O2", "-pthread", "-o", program.toString(), source.toString())
                    .redirectErrorStream(true)
                    .start();
        } catch (IOException e) {
            throw new IOException(
                    "The programs to compare with are compiled by cc, and there is none: install gcc,"
                            + " libc6-dev and linux-libc-dev, or what your distribution calls them",
                    e);
        }
        String said = new String(compiler.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        try {
            if (compiler.waitFor() != 0) {
                throw new IOException("cc cannot compile " + source.getFileName() + ": " + said);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while cc compiled " + source.getFileName(), e);
        }
    }

    @Override
    public void close() throws IOException {
        try (var files = Files.list(directory)) {
            for (Path file : files.toList()) {
                Files.delete(file);
            }
        }
        Files.delete(directory);
    }
}
