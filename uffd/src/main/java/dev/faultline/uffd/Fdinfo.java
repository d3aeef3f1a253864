package dev.faultline.uffd;

import dev.faultline.uffd.internal.linux.LibC;
import dev.faultline.uffd.os.Fd;
import dev.faultline.uffd.os.LinuxException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** What /proc tells of a userfaultfd. Source: userfaultfd_show_fdinfo, fs/userfaultfd.c, Linux 6.18. */
final class Fdinfo {
    private static final String USERFAULTFD = "anon_inode:[userfaultfd]";
    private static final String UNREAD = "pending:";
    private static final String UNRESOLVED = "total:";

    private Fdinfo() {}

    static UffdBacklog read(Fd fd) {
        Path path = Path.of("/proc/self/fdinfo", Integer.toString(fd.number()));
        try {
            return parse(Files.readAllLines(path));
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + path, e);
        }
    }

    /** {@return what lines of fdinfo say} Throws IllegalStateException if they are not a userfaultfd's. */
    static UffdBacklog parse(List<String> lines) {
        return new UffdBacklog(number(lines, UNREAD), number(lines, UNRESOLVED));
    }

    /** {@return why a descriptor is none to serve faults with, to follow its name; empty if it is one} */
    static String problemOf(Fd fd) {
        Path link = Path.of("/proc/self/fd", Integer.toString(fd.number()));
        try {
            String target = Files.readSymbolicLink(link).toString();
            if (!target.equals(USERFAULTFD)) {
                return "is no userfaultfd but " + target;
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + link, e);
        }
        long flags = LinuxException.check(LibC.fcntl(fd.number(), LibC.F_GETFL, 0), "fcntl(F_GETFL)");
        return (flags & LibC.O_NONBLOCK) == 0 ? "was opened without O_NONBLOCK, so that nobody can wait for it" : "";
    }

    private static long number(List<String> lines, String name) {
        for (String line : lines) {
            if (line.startsWith(name)) {
                return number(line, line.substring(name.length()).strip());
            }
        }
        throw new IllegalStateException("the descriptor is no userfaultfd: /proc tells no '" + name + "'");
    }

    private static long number(String line, String text) {
        try {
            return Long.parseLong(text);
        } catch (NumberFormatException e) {
            throw new IllegalStateException(
                    "/proc tells a userfaultfd's backlog in a way that is not understood: '" + line + "'");
        }
    }
}
