package dev.faultline.uffd.proc;

import dev.faultline.uffd.UffdFeature;
import dev.faultline.uffd.internal.linux.Errno;
import dev.faultline.uffd.os.LinuxException;
import dev.faultline.uffd.os.Processes;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;

/**
 * A userfaultfd that a process holds. Source: userfaultfd_show_fdinfo, fs/userfaultfd.c, Linux 6.18.
 *
 * @param number its descriptor there
 * @param featureBits the features of its handshake, UFFD_FEATURE_*; 0 before it
 */
public record OpenUffd(int number, long featureBits) {
    private static final String USERFAULTFD = "anon_inode:[userfaultfd]";
    private static final String HANDSHAKE = "API:";
    /** The kernel's own mark that the handshake was made, which it shows with the features. */
    private static final long INITIALIZED = 1L << 31;

    private static final int HEX = 16;

    /**
     * {@return whether its handshake asked for these features, and no others} WP_ASYNC brings WP_UNPOPULATED along.
     *
     * @param features which
     */
    public boolean has(Set<UffdFeature> features) {
        long implied = features.contains(UffdFeature.WP_ASYNC) ? UffdFeature.WP_UNPOPULATED.mask() : 0;
        return featureBits == (UffdFeature.mask(features) | implied);
    }

    /**
     * {@return the userfaultfds that a process holds, in the order of their numbers}
     *
     * @param processId the process
     * @throws LinuxException EACCES without ptrace permission on it, ESRCH if there is no such process
     */
    public static List<OpenUffd> of(long processId) {
        Path folder = ProcFile.path(processId, "fd");
        List<OpenUffd> found = new ArrayList<>();
        try (DirectoryStream<Path> links = Files.newDirectoryStream(folder)) {
            for (Path link : links) {
                if (target(link).equals(USERFAULTFD)) {
                    addIfOpen(processId, link, found);
                }
            }
        } catch (AccessDeniedException e) {
            throw new LinuxException("open(" + folder + ")", Errno.EACCES, Processes.PTRACE_REMEDY);
        } catch (IOException | DirectoryIteratorException e) {
            throw new LinuxException("read(" + folder + ")", Errno.ESRCH, "");
        }
        found.sort(Comparator.comparingInt(OpenUffd::number));
        return List.copyOf(found);
    }

    private static void addIfOpen(long processId, Path link, List<OpenUffd> found) {
        String number = link.getFileName().toString();
        try {
            long features = features(ProcFile.lines(processId, "fdinfo/" + number));
            found.add(new OpenUffd(Integer.parseInt(number), features));
        } catch (LinuxException e) {
            if (e.errno() != Errno.ESRCH) { // closed meanwhile
                throw e;
            }
        }
    }

    private static String target(Path link) {
        try {
            return Files.readSymbolicLink(link).toString();
        } catch (IOException e) {
            return ""; // closed meanwhile
        }
    }

    /** The line is {@code API: aa:FEATURES:CALLS}, in hexadecimal. */
    static long features(List<String> fdinfo) {
        for (String line : fdinfo) {
            if (line.startsWith(HANDSHAKE)) {
                String[] numbers = line.substring(HANDSHAKE.length()).strip().split(":", -1);
                return Long.parseUnsignedLong(numbers[1], HEX) & ~INITIALIZED;
            }
        }
        return 0;
    }
}
