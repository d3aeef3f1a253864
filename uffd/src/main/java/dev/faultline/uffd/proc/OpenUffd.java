package dev.faultline.uffd.proc;

import dev.faultline.uffd.UffdFeature;
import dev.faultline.uffd.internal.linux.Errno;
import dev.faultline.uffd.os.LinuxException;
import java.util.ArrayList;
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
        List<OpenUffd> found = new ArrayList<>();
        OpenDescriptors.of(processId).forEach((number, target) -> {
            if (target.equals(USERFAULTFD)) {
                addIfOpen(processId, number, found);
            }
        });
        return List.copyOf(found);
    }

    private static void addIfOpen(long processId, int number, List<OpenUffd> found) {
        try {
            found.add(new OpenUffd(number, features(ProcFile.lines(processId, "fdinfo/" + number))));
        } catch (LinuxException e) {
            if (e.errno() != Errno.ESRCH) { // closed meanwhile
                throw e;
            }
        }
    }

    /**
     * The line is {@code API: aa:FEATURES:CALLS}, in hexadecimal.
     *
     * @throws IllegalStateException if it is another
     */
    static long features(List<String> fdinfo) {
        for (String line : fdinfo) {
            if (line.startsWith(HANDSHAKE)) {
                String[] numbers = line.substring(HANDSHAKE.length()).strip().split(":", -1);
                if (numbers.length < 2) {
                    throw ProcFile.unknown("a userfaultfd's features", line);
                }
                return ProcFile.number(numbers[1], HEX, "a userfaultfd's features") & ~INITIALIZED;
            }
        }
        return 0;
    }
}
