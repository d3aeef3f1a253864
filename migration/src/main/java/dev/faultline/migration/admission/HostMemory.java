package dev.faultline.migration.admission;

import dev.faultline.migration.guest.GuestException;
import dev.faultline.uffd.memory.HugePages;
import dev.faultline.uffd.memory.PageSize;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * What memory a host has left. Source: proc_meminfo(5), cgroups(7), Documentation/admin-guide/cgroup-v2.rst.
 *
 * @param availableBytes memory that can be had without swapping
 * @param cgroupBytes how much more this process may have by its control groups (version 2); no limit: Long.MAX_VALUE
 * @param pools the huge pages, by size
 */
record HostMemory(long availableBytes, long cgroupBytes, Map<PageSize, HugePages> pools) {
    private static final String AVAILABLE = "MemAvailable:";
    private static final String GROUP = "0::";
    private static final String RECLAIMABLE = "inactive_file ";
    private static final int KIB_SHIFT = 10;

    HostMemory {
        pools = Map.copyOf(pools);
    }

    /**
     * {@return what this host has now}
     *
     * @param root {@code /}, but in tests
     * @throws GuestException if the kernel does not tell
     */
    static HostMemory read(Path root) {
        try {
            Map<PageSize, HugePages> pools = new EnumMap<>(PageSize.class);
            for (PageSize size : PageSize.values()) {
                if (size.isHuge()) {
                    pools.put(size, HugePages.read(size));
                }
            }
            return new HostMemory(available(root.resolve("proc/meminfo")), cgroupRoom(root), pools);
        } catch (IOException | IllegalArgumentException e) {
            throw new GuestException("This host's memory cannot be looked at: " + e.getMessage(), e);
        }
    }

    private static long available(Path meminfo) throws IOException {
        for (String line : Files.readAllLines(meminfo)) {
            if (line.startsWith(AVAILABLE)) {
                String number =
                        line.substring(AVAILABLE.length()).replace("kB", "").strip();
                return Long.parseLong(number) << KIB_SHIFT;
            }
        }
        throw new IOException(meminfo + " has no " + AVAILABLE);
    }

    /** Every group above counts, too. What the engine writes into the guest's file is charged to the engine's group. */
    private static long cgroupRoom(Path root) throws IOException {
        Path top = root.resolve("sys/fs/cgroup");
        long room = Long.MAX_VALUE;
        for (Path group = group(root, top);
                group.startsWith(top);
                group = group.resolve("..").normalize()) {
            room = Math.min(room, room(group));
        }
        return room;
    }

    private static Path group(Path root, Path top) throws IOException {
        Path file = root.resolve("proc/self/cgroup");
        List<String> lines = Files.exists(file) ? Files.readAllLines(file) : List.of();
        String name = lines.stream()
                .filter(line -> line.startsWith(GROUP))
                .map(line -> line.substring(GROUP.length() + 1))
                .findFirst()
                .orElse("");
        return top.resolve(name).normalize();
    }

    private static long room(Path group) throws IOException {
        Path limit = group.resolve("memory.max");
        if (!Files.exists(limit)) {
            return Long.MAX_VALUE;
        }
        String words = Files.readString(limit).strip();
        if (words.equals("max")) {
            return Long.MAX_VALUE;
        }
        long used =
                Long.parseLong(Files.readString(group.resolve("memory.current")).strip());
        return Math.max(0, Long.parseLong(words) - used + reclaimable(group));
    }

    private static long reclaimable(Path group) throws IOException {
        Path statistics = group.resolve("memory.stat");
        if (Files.exists(statistics)) {
            for (String line : Files.readAllLines(statistics)) {
                if (line.startsWith(RECLAIMABLE)) {
                    return Long.parseLong(line.substring(RECLAIMABLE.length()).strip());
                }
            }
        }
        return 0;
    }
}
