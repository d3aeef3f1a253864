package dev.faultline.uffd.proc;

import dev.faultline.uffd.os.LinuxException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The mappings of a process, as /proc tells them. */
public final class ProcessMaps {
    private static final Pattern LINE = Pattern.compile(
            "([0-9a-f]+)-([0-9a-f]+) ([-rwxps]{4}) ([0-9a-f]+) ([0-9a-f]+:[0-9a-f]+) (\\d+)(?: +(.*))?");
    private static final String FLAGS = "VmFlags:";
    private static final int HEX = 16;
    private static final int DECIMAL = 10;

    private ProcessMaps() {}

    /**
     * {@return the mappings of a process, in the order of their addresses, without flags}
     *
     * @param processId the process
     * @throws LinuxException EACCES without ptrace permission on it, ESRCH if there is no such process
     */
    public static List<MemoryMapping> read(long processId) {
        return parse(ProcFile.linesOfLiving(processId, "maps"));
    }

    /**
     * {@return the mappings with their flags} The kernel walks all page tables for it, which takes 23 ms for each GiB that
     * is there in pages of 4 KiB.
     *
     * @param processId the process
     * @throws LinuxException as {@link #read}
     */
    public static List<MemoryMapping> readWithFlags(long processId) {
        return parse(ProcFile.linesOfLiving(processId, "smaps"));
    }

    /**
     * {@return what lines of maps or smaps say} Lines of other kinds are passed over.
     *
     * @throws IllegalStateException if a number does not fit 64 bits
     */
    static List<MemoryMapping> parse(List<String> lines) {
        List<MemoryMapping> found = new ArrayList<>();
        for (String line : lines) {
            Matcher header = LINE.matcher(line);
            if (header.matches()) {
                found.add(mapping(header));
            } else if (line.startsWith(FLAGS) && !found.isEmpty()) {
                found.add(withFlags(found.removeLast(), line));
            }
        }
        return List.copyOf(found);
    }

    private static MemoryMapping mapping(Matcher line) {
        String path = line.group(7);
        return new MemoryMapping(
                ProcFile.number(line.group(1), HEX, "a mapping's address"),
                ProcFile.number(line.group(2), HEX, "a mapping's end"),
                line.group(3),
                ProcFile.number(line.group(4), HEX, "a mapping's offset"),
                line.group(5),
                ProcFile.number(line.group(6), DECIMAL, "a mapping's inode"),
                path == null ? "" : path,
                Set.of());
    }

    private static MemoryMapping withFlags(MemoryMapping mapping, String line) {
        String[] flags = line.substring(FLAGS.length()).strip().split(" +", -1);
        return with(mapping, mapping.end(), new HashSet<>(Arrays.asList(flags)));
    }

    private static MemoryMapping with(MemoryMapping mapping, long end, Set<String> flags) {
        return new MemoryMapping(
                mapping.start(),
                end,
                mapping.permissions(),
                mapping.offset(),
                mapping.device(),
                mapping.inode(),
                mapping.path(),
                flags);
    }

    /**
     * {@return the mappings, those of one file that go on where the one before ended made one} The kernel splits a mapping
     * when a part of it is registered, or advised, and does not always join the parts again. The joint one has the flags
     * of all its parts.
     *
     * @param mappings in the order of their addresses
     */
    public static List<MemoryMapping> merge(List<MemoryMapping> mappings) {
        List<MemoryMapping> merged = new ArrayList<>();
        for (MemoryMapping mapping : mappings) {
            if (!merged.isEmpty() && continues(merged.getLast(), mapping)) {
                MemoryMapping before = merged.removeLast();
                Set<String> flags = new HashSet<>(before.flags());
                flags.addAll(mapping.flags());
                merged.add(with(before, mapping.end(), flags));
            } else {
                merged.add(mapping);
            }
        }
        return List.copyOf(merged);
    }

    private static boolean continues(MemoryMapping before, MemoryMapping mapping) {
        return before.isOfSameFile(mapping)
                && before.end() == mapping.start()
                && before.offset() + before.lengthBytes() == mapping.offset()
                && before.permissions().equals(mapping.permissions());
    }
}
