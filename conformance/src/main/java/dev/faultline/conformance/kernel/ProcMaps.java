package dev.faultline.conformance.kernel;

import dev.faultline.conformance.subject.SubjectProcess.MappedRange;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** What /proc tells of a puppet. Source: proc_pid_maps(5), proc_pid_smaps(5). */
final class ProcMaps {
    private static final String FLAGS = "VmFlags:";

    private ProcMaps() {}

    static List<MappedRange> mappings(int processId, long start, long end) {
        List<MappedRange> found = new ArrayList<>();
        for (String line : lines("/proc/" + processId + "/maps")) {
            MappedRange range = range(line);
            if (range.start() < end && range.end() > start) {
                found.add(range);
            }
        }
        return found;
    }

    static String vmFlags(int processId, long address) {
        boolean inside = false;
        for (String line : lines("/proc/" + processId + "/smaps")) {
            if (Character.digit(line.charAt(0), 16) >= 0 && line.indexOf('-') > 0) {
                MappedRange range = range(line);
                inside = range.start() <= address && address < range.end();
            } else if (inside && line.startsWith(FLAGS)) {
                return line.substring(FLAGS.length()).strip();
            }
        }
        return "";
    }

    static long find(int processId, String name) {
        for (String line : lines("/proc/" + processId + "/maps")) {
            if (line.endsWith(name)) {
                return range(line).start();
            }
        }
        return 0;
    }

    private static MappedRange range(String line) {
        int dash = line.indexOf('-');
        int space = line.indexOf(' ');
        return new MappedRange(
                Long.parseUnsignedLong(line, 0, dash, 16), Long.parseUnsignedLong(line, dash + 1, space, 16));
    }

    private static List<String> lines(String path) {
        try {
            return Files.readAllLines(Path.of(path));
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + path, e);
        }
    }
}
