package dev.faultline.benchmarks.report;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** docs/benchmarks.md: a section for each benchmark, which replaces its own and leaves the others as they are. */
public final class Benchmarks {
    private static final String HEADING = "\n## ";

    private Benchmarks() {}

    /**
     * Writes a section.
     *
     * @param title its title, by which the section of an earlier run is found
     * @param text what stands under it
     * @throws IOException if the file cannot be read or written
     */
    public static void write(String title, String text) throws IOException {
        Path file = docs().resolve("benchmarks.md");
        Files.writeString(file, replace(Files.readString(file), title, text));
    }

    /** {@return where this repository's documents are, found from the working directory upwards} */
    public static Path docs() {
        for (Path dir = Path.of("").toAbsolutePath(); dir != null; dir = dir.getParent()) {
            if (Files.isDirectory(dir.resolve(".mvn"))) {
                return dir.resolve("docs");
            }
        }
        throw new IllegalStateException("not inside the repository, whose docs/benchmarks.md is to be written: "
                + Path.of("").toAbsolutePath());
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

    /**
     * {@return the machine and the commit, for every section to name}
     *
     * @throws IOException if /proc cannot be read
     */
    public static String machine() throws IOException {
        return Runtime.getRuntime().availableProcessors() + " x " + cpu("model name") + ", Linux "
                + System.getProperty("os.version").replaceAll("-.*", "") + "; commit "
                + System.getProperty("faultline.commit", "unknown");
    }

    /**
     * {@return what /proc/cpuinfo says of the first processor}
     *
     * @param what the beginning of the line
     * @throws IOException if it cannot be read
     */
    public static String cpu(String what) throws IOException {
        return Files.readAllLines(Path.of("/proc/cpuinfo")).stream()
                .filter(line -> line.startsWith(what))
                .map(line -> line.substring(line.indexOf(':') + 1).strip())
                .findFirst()
                .orElse("unknown");
    }
}
