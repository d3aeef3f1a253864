package dev.faultline.uffd.proc;

import dev.faultline.uffd.internal.linux.Errno;
import dev.faultline.uffd.internal.linux.LibC;
import dev.faultline.uffd.memory.Memfd;
import dev.faultline.uffd.memory.PageSize;
import dev.faultline.uffd.os.Fd;
import dev.faultline.uffd.os.LinuxException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The files behind mappings of other processes. Source: proc_pid_map_files(5). */
public final class MappedFiles {
    private static final String REMEDY =
            "Files that another process has mapped, and that have no path, can be opened with"
                    + " CAP_SYS_ADMIN or CAP_CHECKPOINT_RESTORE only";

    private MappedFiles() {}

    /**
     * Opens the file behind a mapping, for reading and writing: also one without a path, a memfd say. Where
     * /proc/PID/map_files is refused it is opened by its path, if that is the same file still.
     *
     * @param processId the process
     * @param mapping one of its mappings, merged or not
     * @return the file
     * @throws LinuxException EPERM without CAP_SYS_ADMIN or CAP_CHECKPOINT_RESTORE, ENOENT if the mapping has gone, EACCES
     *     if the file may not be written
     */
    public static Fd open(long processId, MemoryMapping mapping) {
        return open(processId, mapping, LibC.O_RDWR | LibC.O_CLOEXEC);
    }

    /**
     * {@return the page size of the memory behind a mapping; nothing if that is no memory, but a disk's file or a device}
     * Nothing is opened for that: to open a device may do something.
     *
     * @param processId the process
     * @param mapping one of its mappings, merged or not
     * @throws LinuxException as {@link #open}
     * @throws IllegalArgumentException if it has huge pages of a size that is not supported
     */
    public static Optional<PageSize> memoryPageSize(long processId, MemoryMapping mapping) {
        try (Fd fd = open(processId, mapping, LibC.O_PATH | LibC.O_CLOEXEC)) {
            return Memfd.pageSizeOf(fd);
        }
    }

    private static Fd open(long processId, MemoryMapping mapping, int flags) {
        MemoryMapping part = partAt(processId, mapping);
        String path = String.format("/proc/%d/map_files/%x-%x", processId, part.start(), part.end());
        long result = LibC.open(path, flags);
        if (result >= 0) {
            return Fd.owning(result);
        }
        int errno = (int) -result;
        if (errno == Errno.EPERM || errno == Errno.EACCES) {
            Fd byPath = openByPath(processId, mapping, flags);
            if (byPath != null) {
                return byPath;
            }
        }
        throw new LinuxException("open(" + path + ")", errno, errno == Errno.EPERM ? REMEDY : "");
    }

    /** The kernel's name of it is where it begins and ends now: it may have been split or joined since it was read. */
    private static MemoryMapping partAt(long processId, MemoryMapping mapping) {
        List<MemoryMapping> now = ProcessMaps.read(processId);
        for (MemoryMapping part : now) {
            if (part.contains(mapping.start()) && part.isOfSameFile(mapping)) {
                return part;
            }
        }
        throw new LinuxException(
                String.format("mapping of %s at %x in process %d", mapping.path(), mapping.start(), processId),
                Errno.ENOENT,
                "It was unmapped meanwhile");
    }

    private static @Nullable Fd openByPath(long processId, MemoryMapping mapping, int flags) {
        // As the process sees it: it may have another root.
        long result = LibC.open("/proc/" + processId + "/root" + mapping.path(), flags);
        if (result < 0) {
            return null;
        }
        Fd fd = Fd.owning(result);
        if (isFileOf(fd, mapping)) {
            return fd;
        }
        fd.close();
        return null;
    }

    /**
     * {@return whether a descriptor is the file that a mapping maps}
     *
     * @param fd the descriptor
     * @param mapping the mapping
     */
    public static boolean isFileOf(Fd fd, MemoryMapping mapping) {
        try {
            Map<String, Object> attributes =
                    Files.readAttributes(Path.of("/proc/self/fd", Integer.toString(fd.number())), "unix:dev,ino");
            return attributes.get("ino") instanceof Long inode
                    && inode == mapping.inode()
                    && attributes.get("dev") instanceof Long device
                    && text(device).equals(mapping.device());
        } catch (IOException e) {
            return false;
        }
    }

    /** {@return a device number as /proc/PID/maps writes it} Source: gnu_dev_major, sys/sysmacros.h. */
    static String text(long device) {
        long major = (device >> 8 & 0xfff) | (device >> 32 & 0xfffff000L);
        long minor = (device & 0xff) | (device >> 12 & 0xffffff00L);
        return String.format(Locale.ROOT, "%02x:%02x", major, minor);
    }
}
