package dev.faultline.uffd.proc;

import java.util.Set;

/**
 * A mapping of a process. Source: proc_pid_maps(5), proc_pid_smaps(5).
 *
 * @param start its first address
 * @param end the address behind it
 * @param permissions as the kernel writes them: {@code rw-s}
 * @param offset where in its file it begins, in bytes
 * @param device the file's device, as the kernel writes it: {@code 00:1b}
 * @param inode the file's inode, 0 if there is no file
 * @param path the file's path or what else it is, with the kernel's {@code (deleted)}; empty if it has no name
 * @param flags the two letters of each of smaps' VmFlags; empty if it was read without them
 */
public record MemoryMapping(
        long start,
        long end,
        String permissions,
        long offset,
        String device,
        long inode,
        String path,
        Set<String> flags) {
    private static final String DELETED = " (deleted)";

    /** Registered with a userfaultfd for missing faults. */
    public static final String MISSING = "um";
    /** Registered with a userfaultfd for write protection. */
    public static final String WRITE_PROTECT = "uw";
    /** Registered with a userfaultfd for minor faults. */
    public static final String MINOR = "ui";

    /** Mapped with MAP_NORESERVE: no huge page is promised to it. */
    public static final String NO_RESERVE = "nr";

    /** Copies the flags. */
    public MemoryMapping {
        flags = Set.copyOf(flags);
    }

    /** {@return its length in bytes} */
    public long lengthBytes() {
        return end - start;
    }

    /** {@return whether a file is mapped} */
    public boolean hasFile() {
        return inode != 0;
    }

    /** {@return whether what is stored in it is stored in the file} */
    public boolean isShared() {
        return permissions.endsWith("s");
    }

    /** {@return whether the process may write to it} */
    public boolean isWritable() {
        return permissions.startsWith("w", 1);
    }

    /** {@return whether a userfaultfd has it; only known if it was read with flags} */
    public boolean isRegistered() {
        return flags.contains(MISSING) || flags.contains(WRITE_PROTECT) || flags.contains(MINOR);
    }

    /** {@return the path without the kernel's remark on a file that was removed} */
    public String name() {
        return path.endsWith(DELETED) ? path.substring(0, path.length() - DELETED.length()) : path;
    }

    /**
     * {@return whether the address is in it}
     *
     * @param address an address of the process
     */
    public boolean contains(long address) {
        return Long.compareUnsigned(address, start) >= 0 && Long.compareUnsigned(address, end) < 0;
    }

    /**
     * {@return whether both map the same file}
     *
     * @param other a mapping, also of another process
     */
    public boolean isOfSameFile(MemoryMapping other) {
        return hasFile() && inode == other.inode && device.equals(other.device);
    }
}
