package dev.faultline.migration.rate;

import dev.faultline.uffd.memory.PageSize;
import dev.faultline.uffd.os.LinuxException;
import dev.faultline.uffd.proc.MappedFiles;
import dev.faultline.uffd.proc.MemoryMapping;
import dev.faultline.uffd.proc.ProcessMaps;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The memory that a process shares, or could share, with others: memfds, and files on tmpfs and hugetlbfs. */
public final class SharedMemory {
    private SharedMemory() {}

    /**
     * {@return the memory files that a process has mapped shared and writable, in the order of their addresses}
     *
     * @param processId the process
     * @throws LinuxException EACCES without ptrace permission on it, ESRCH if there is no such process, EPERM if what is
     *     behind a mapping cannot be told without CAP_SYS_ADMIN or CAP_CHECKPOINT_RESTORE
     */
    public static List<MemoryArea> of(long processId) {
        List<List<MemoryMapping>> files = new ArrayList<>();
        for (MemoryMapping mapping : ProcessMaps.merge(ProcessMaps.read(processId))) {
            if (mapping.isShared() && mapping.isWritable() && mapping.hasFile()) {
                fileOf(mapping, files).add(mapping);
            }
        }
        List<MemoryArea> areas = new ArrayList<>();
        for (List<MemoryMapping> mappings : files) {
            MemoryMapping first = mappings.getFirst();
            pageSize(processId, first).ifPresent(size -> areas.add(area(first.name(), size, mappings)));
        }
        return List.copyOf(areas);
    }

    private static List<MemoryMapping> fileOf(MemoryMapping mapping, List<List<MemoryMapping>> files) {
        for (List<MemoryMapping> file : files) {
            if (file.getFirst().isOfSameFile(mapping)) {
                return file;
            }
        }
        List<MemoryMapping> file = new ArrayList<>();
        files.add(file);
        return file;
    }

    private static Optional<PageSize> pageSize(long processId, MemoryMapping mapping) {
        try {
            return MappedFiles.memoryPageSize(processId, mapping);
        } catch (LinuxException e) {
            if (isMapped(processId, mapping)) {
                throw e;
            }
            return Optional.empty(); // it was unmapped meanwhile
        }
    }

    private static boolean isMapped(long processId, MemoryMapping mapping) {
        return ProcessMaps.read(processId).stream()
                .anyMatch(now -> now.contains(mapping.start()) && now.isOfSameFile(mapping));
    }

    private static MemoryArea area(String name, PageSize pageSize, List<MemoryMapping> mappings) {
        return new MemoryArea(
                name,
                pageSize,
                mappings.stream()
                        .map(mapping -> new MemoryArea.Range(mapping.start(), mapping.lengthBytes(), mapping.offset()))
                        .toList());
    }
}
