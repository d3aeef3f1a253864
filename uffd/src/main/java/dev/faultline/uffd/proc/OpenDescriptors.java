package dev.faultline.uffd.proc;

import dev.faultline.uffd.internal.linux.Errno;
import dev.faultline.uffd.os.Fd;
import dev.faultline.uffd.os.LinuxException;
import dev.faultline.uffd.os.Processes;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.SortedMap;
import java.util.TreeMap;

/** The descriptors that processes hold. Source: proc_pid_fd(5). */
public final class OpenDescriptors {
    private OpenDescriptors() {}

    /**
     * {@return what each descriptor of a process is, by its number: a path, or such as {@code socket:[4711]}}
     *
     * @param processId the process
     * @throws LinuxException EACCES without ptrace permission on it, ESRCH if there is no such process
     */
    public static SortedMap<Integer, String> of(long processId) {
        Path folder = ProcFile.path(processId, "fd");
        SortedMap<Integer, String> found = new TreeMap<>();
        try (DirectoryStream<Path> links = Files.newDirectoryStream(folder)) {
            for (Path link : links) {
                found.put(Integer.valueOf(link.getFileName().toString()), target(link));
            }
            return found;
        } catch (AccessDeniedException e) {
            throw new LinuxException("open(" + folder + ")", Errno.EACCES, Processes.PTRACE_REMEDY);
        } catch (IOException | DirectoryIteratorException e) {
            throw new LinuxException("read(" + folder + ")", Errno.ESRCH, "");
        }
    }

    /**
     * {@return what a descriptor of this process is, in the same words}
     *
     * @param fd the descriptor
     */
    public static String of(Fd fd) {
        return target(Path.of("/proc/self/fd", Integer.toString(fd.number())));
    }

    private static String target(Path link) {
        try {
            return Files.readSymbolicLink(link).toString();
        } catch (IOException e) {
            return ""; // closed meanwhile
        }
    }
}
