package dev.faultline.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** docs/benchmarks.md: a section for each benchmark, which replaces its own and leaves the others as they are. */
final class Benchmarks {
    private static final String HEADING = "\n## ";

    private Benchmarks() {}

    static void write(String title, String text) throws IOException {
        Path file = Repository.root().resolve("docs/benchmarks.md");
        Files.writeString(file, replace(Files.readString(file), title, text));
    }

    /** {@return a file whose section of a title has another text, or that has one more} */
    static String replace(String file, String title, String text) {
        List<String> parts = new ArrayList<>(List.of(file.stripTrailing().split(HEADING, -1)));
        String section = title + "\n\n" + text.stripTrailing() + "\n";
        for (int i = 0; i < parts.size(); i++) {
            parts.set(i, parts.get(i).stripTrailing() + "\n");
        }
        for (int i = 1; i < parts.size(); i++) {
            if (parts.get(i).startsWith(title + "\n")) {
                parts.set(i, section);
                return String.join(HEADING, parts);
            }
        }
        parts.add(section);
        return String.join(HEADING, parts);
    }

    static String machine() throws IOException {
        return Runtime.getRuntime().availableProcessors() + " x " + cpu("model name") + ", Linux "
                + System.getProperty("os.version").replaceAll("-.*", "") + "; commit "
                + System.getProperty("faultline.commit", "unknown");
    }

    /** {@return what /proc/cpuinfo says of the first processor} */
    static String cpu(String what) throws IOException {
        return Files.readAllLines(Path.of("/proc/cpuinfo")).stream()
                .filter(line -> line.startsWith(what))
                .map(line -> line.substring(line.indexOf(':') + 1).strip())
                .findFirst()
                .orElse("unknown");
    }
}
