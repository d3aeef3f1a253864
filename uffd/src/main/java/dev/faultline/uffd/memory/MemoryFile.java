package dev.faultline.uffd.memory;

import java.lang.foreign.MemorySegment;
import java.util.OptionalLong;

/**
 * A file that is memory. It can be mapped several times, also by several processes; that is what makes minor faults
 * possible. {@link Memfd} is the kernel's; the module {@code dev.faultline.model} has one in Java.
 */
public interface MemoryFile extends AutoCloseable {
    /** {@return the length in bytes} */
    long lengthBytes();

    /** {@return the page size} */
    PageSize pageSize();

    /**
     * Maps the whole file for this process's own use: the alias mapping, through which content is read and written.
     *
     * @return the mapping
     * @throws dev.faultline.uffd.os.LinuxException as mmap(2)
     */
    AliasMapping mapAlias();

    /**
     * Finds content.
     *
     * @param offset where to begin
     * @return the first offset at or after it that holds content, or the file's length when only a hole follows. On
     *     hugetlbfs the kernel calls everything content
     */
    long nextData(long offset);

    /**
     * Finds a hole.
     *
     * @param offset where to begin
     * @return the first offset at or after it that is a hole, or the file's length
     */
    long nextHole(long offset);

    /**
     * Gives a range's memory back; it reads as zeros from then on.
     *
     * @param offset a multiple of the page size
     * @param rangeBytes a multiple of the page size
     * @throws dev.faultline.uffd.os.LinuxException as fallocate(2)
     */
    void punchHole(long offset, long rangeBytes);

    /**
     * Reads without instantiating: a hole reads as zeros and stays a hole, also on hugetlbfs.
     *
     * @param offset where in the file
     * @param target where to, in native memory that no userfaultfd serves; filled to its end
     * @throws dev.faultline.uffd.os.LinuxException as pread(2)
     */
    void read(long offset, MemorySegment target);

    /**
     * {@return what tells this file from every other one, on whichever host: two of the same words are the same file}
     */
    String identity();

    /** {@return how much memory the file takes, in bytes} */
    long allocatedBytes();

    /** {@return how many bytes more its file system takes; nothing if that sets no limit of its own} */
    default OptionalLong roomBytes() {
        return OptionalLong.empty();
    }

    @Override
    void close();
}
