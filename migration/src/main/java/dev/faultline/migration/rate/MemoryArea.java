package dev.faultline.migration.rate;

import dev.faultline.uffd.memory.PageSize;
import java.util.List;

/**
 * A memory file, as far as a process has mapped it for writing.
 *
 * @param name the file's name, for people
 * @param pageSize its page size
 * @param ranges where it is mapped; never none. Several may map the same part of the file
 */
public record MemoryArea(String name, PageSize pageSize, List<Range> ranges) {
    /**
     * One mapping.
     *
     * @param address where it begins in the process
     * @param lengthBytes whole pages
     * @param offset where in the file it begins, in bytes
     */
    public record Range(long address, long lengthBytes, long offset) {}

    /** Copies the list. */
    public MemoryArea {
        ranges = List.copyOf(ranges);
        if (ranges.isEmpty()) {
            throw new IllegalArgumentException(name + " is not mapped");
        }
    }

    /** {@return how much of the file is mapped, in bytes; what is mapped twice counts once} */
    public long lengthBytes() {
        return FilePages.of(this).pageCount() << pageSize.shift();
    }
}
