package dev.faultline.uffd.proc;

import dev.faultline.uffd.internal.linux.Errno;
import dev.faultline.uffd.os.LinuxException;
import dev.faultline.uffd.os.Processes;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Reads files of /proc/PID. Their names may hold any bytes, which ISO 8859-1 passes through. */
final class ProcFile {
    private ProcFile() {}

    static Path path(long processId, String file) {
        return Path.of("/proc", Long.toString(processId), file);
    }

    /**
     * {@return the lines of a file}
     *
     * @throws LinuxException EACCES without the permission, ESRCH if there is no such process (any more)
     */
    static List<String> lines(long processId, String file) {
        Path path = path(processId, file);
        try {
            return Files.readAllLines(path, StandardCharsets.ISO_8859_1);
        } catch (AccessDeniedException e) {
            throw new LinuxException("open(" + path + ")", Errno.EACCES, Processes.PTRACE_REMEDY);
        } catch (IOException e) {
            // It ends between two looks, or was never there.
            throw new LinuxException("read(" + path + ")", Errno.ESRCH, "");
        }
    }

    /**
     * {@return the lines of a file that only a process that has ended has without any}
     *
     * @throws LinuxException as {@link #lines}
     */
    static List<String> linesOfLiving(long processId, String file) {
        List<String> lines = lines(processId, file);
        if (lines.isEmpty()) {
            throw new LinuxException("read(" + path(processId, file) + ")", Errno.ESRCH, "");
        }
        return lines;
    }

    /**
     * {@return a number in a text of the kernel's}
     *
     * @throws IllegalStateException if it is none that fits 64 bits
     */
    static long number(String text, int radix, String what) {
        try {
            return Long.parseUnsignedLong(text, radix);
        } catch (NumberFormatException e) {
            throw unknown(what, text);
        }
    }

    /** {@return what to throw for words that no kernel is known to say} */
    static IllegalStateException unknown(String what, String text) {
        return new IllegalStateException("/proc tells " + what + " in a way that is not understood: '" + text + "'");
    }
}
