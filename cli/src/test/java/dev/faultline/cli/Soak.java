package dev.faultline.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Lets a system test run at length: {@code ./dev soak NAME KEY=VALUE...} sets {@code faultline.soak} to the name and
 * {@code faultline.soak.KEY} to each value. The same test runs in its short form in {@code ./dev verify}.
 */
final class Soak {

    private final String name;

    Soak(String name) {
        this.name = name;
    }

    boolean isRequested() {
        return name.equals(System.getProperty("faultline.soak"));
    }

    /** Returns the number given on the command line, or the usual one if there is none. */
    int number(String key, int usual) {
        return isRequested() ? Integer.getInteger("faultline.soak." + key, usual) : usual;
    }

    /** Replaces the results of the last run, in a soak only: a short run says nothing. */
    void writeTable(String title, List<String> header, List<List<String>> rows) throws IOException {
        if (!isRequested()) {
            return;
        }
        StringBuilder text = new StringBuilder("# " + title + "\n\n").append(line(header));
        text.append("|").append(" --- |".repeat(header.size())).append("\n");
        rows.forEach(row -> text.append(line(row)));
        Path file = Repository.root().resolve("docs/soak").resolve(name + ".md");
        Files.createDirectories(file.getParent());
        Files.writeString(file, text);
    }

    private static String line(List<String> cells) {
        return "| " + String.join(" | ", cells) + " |\n";
    }
}
