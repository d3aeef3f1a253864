package dev.faultline.cli;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What processes leave behind on this machine. They are known by a variable in their environment. */
final class Traces {
    static final String VARIABLE = "FAULTLINE_TEST_RUN";

    /** Device and inode of a mapped memory file. */
    private static final Pattern MEMORY_FILE = Pattern.compile("(\\S+) (\\d+) +/memfd:faultline");

    private final String mark;
    private final Set<Long> processesSeen = new TreeSet<>();
    private final Set<String> memoryFilesSeen = new TreeSet<>();

    Traces(String mark) {
        this.mark = mark;
    }

    /** Notes the processes of this run and the memory files that they have mapped. */
    void look() {
        for (long process : processes()) {
            processesSeen.add(process);
            memoryFilesSeen.addAll(memoryFiles(process));
        }
    }

    String mark() {
        return mark;
    }

    Set<Long> processesSeen() {
        return processesSeen;
    }

    Set<String> memoryFilesSeen() {
        return memoryFilesSeen;
    }

    /** Returns the processes of this run that live. */
    Set<Long> processes() {
        String wanted = VARIABLE + "=" + mark;
        return allProcesses().stream()
                .filter(process -> List.of(read(process, "environ").split("\0")).contains(wanted))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    /** Returns the memory files of this run that any process still maps. */
    Set<String> memoryFiles() {
        Set<String> found = new TreeSet<>();
        for (long process : allProcesses()) {
            found.addAll(memoryFiles(process));
        }
        found.retainAll(memoryFilesSeen);
        return found;
    }

    /** Returns what a JVM may leave in the directory for temporary files, for the processes of this run. */
    Set<Path> temporaryFiles() throws IOException {
        try (Stream<Path> files = Files.walk(Path.of("/tmp"), 2)) {
            return files.filter(file -> processesSeen.stream()
                            .anyMatch(process -> file.getFileName().toString().matches("\\D*" + process + "(\\D.*)?")))
                    .collect(Collectors.toSet());
        } catch (UncheckedIOException e) {
            return Set.of(); // somebody else's file went away meanwhile
        }
    }

    static long hugePages() throws IOException {
        return Long.parseLong(Files.readString(Path.of("/sys/kernel/mm/hugepages/hugepages-2048kB/nr_hugepages"))
                .strip());
    }

    private static Set<String> memoryFiles(long process) {
        return read(process, "maps")
                .lines()
                .map(MEMORY_FILE::matcher)
                .filter(Matcher::find)
                .map(file -> file.group(1) + ":" + file.group(2))
                .collect(Collectors.toSet());
    }

    private static List<Long> allProcesses() {
        try (Stream<Path> files = Files.list(Path.of("/proc"))) {
            return files.map(file -> file.getFileName().toString())
                    .filter(name -> name.chars().allMatch(Character::isDigit))
                    .map(Long::valueOf)
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String read(long process, String file) {
        try {
            return new String(
                    Files.readAllBytes(Path.of("/proc", Long.toString(process), file)), StandardCharsets.ISO_8859_1);
        } catch (IOException e) {
            return ""; // it has ended, or is somebody else's
        }
    }
}
