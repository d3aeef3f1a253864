package dev.faultline.uffd.internal.linux;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/** Sizes, offsets and numbers by their names in the kernel's headers: as they are kept with the tests, and as a compiler finds them. */
final class Layouts {
    private static final String NEWER = "newer ";
    static final String X86_64 = "x86_64 ";
    static final String AARCH64 = "aarch64 ";

    private Layouts() {}

    /** {@return the lines that are kept, with these prefixes or, for "", with none} */
    static Map<String, Long> golden(String... prefixes) {
        Map<String, Long> values = new TreeMap<>();
        for (String line : lines("layouts.golden")) {
            for (String prefix : prefixes) {
                if (!line.startsWith("#") && prefix.equals(prefixOf(line))) {
                    add(values, line.substring(prefix.length()));
                }
            }
        }
        return values;
    }

    /** {@return what every header has} */
    static Map<String, Long> goldenOfThisMachine() {
        return golden("", Syscall.AARCH64 ? AARCH64 : X86_64);
    }

    /** {@return what newer headers have besides} */
    static Map<String, Long> goldenOfNewerKernels() {
        return golden(NEWER);
    }

    private static String prefixOf(String line) {
        return List.of(NEWER, X86_64, AARCH64).stream()
                .filter(line::startsWith)
                .findFirst()
                .orElse("");
    }

    private static void add(Map<String, Long> values, String line) {
        int blank = line.lastIndexOf(' ');
        values.put(line.substring(0, blank), Long.valueOf(line.substring(blank + 1)));
    }

    private static List<String> lines(String resource) {
        try {
            return Files.readAllLines(path(resource));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Path path(String resource) {
        return Path.of(URI.create(String.valueOf(Layouts.class.getResource(resource))));
    }

    /** {@return what a program prints, compiled from this source} */
    static Map<String, Long> compiled(String source, Path folder) throws IOException, InterruptedException {
        Path program = folder.resolve("program");
        run(folder, "cc", "-Wall", "-o", program.toString(), path(source).toString());
        Map<String, Long> values = new TreeMap<>();
        run(folder, program.toString()).lines().forEach(line -> add(values, line));
        return values;
    }

    private static String run(Path folder, String... command) throws IOException, InterruptedException {
        Path output = folder.resolve("output");
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        boolean ended = process.waitFor(60, TimeUnit.SECONDS);
        String text = Files.readString(output, StandardCharsets.UTF_8);
        if (!ended || process.exitValue() != 0) {
            process.destroyForcibly();
            throw new IOException(String.join(" ", command) + ": " + text);
        }
        return text;
    }
}
