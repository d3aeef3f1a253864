package dev.faultline.conformance.kernel;

import dev.faultline.conformance.subject.Need;
import dev.faultline.conformance.subject.Subject;
import dev.faultline.conformance.subject.SubjectProcess;
import dev.faultline.uffd.memory.HugePages;
import dev.faultline.uffd.os.Processes;
import java.util.Optional;

/** The kernel of this machine. */
public final class KernelSubject implements Subject {
    /** What the cases take at most at one time. */
    public static final int HUGE_PAGES = 16;

    private final Puppet puppet = Puppet.start();
    private final boolean swap;

    /**
     * Starts the puppet from which all processes are forked.
     *
     * @param swap whether there is swap that the cases may use
     */
    public KernelSubject(boolean swap) {
        this.swap = swap;
    }

    @Override
    public String name() {
        return "kernel";
    }

    @Override
    public SubjectProcess newProcess() {
        return puppet.fork();
    }

    @Override
    public Optional<String> lacks(Need need) {
        return switch (need) {
            case HUGE_PAGES ->
                missingIf(
                        HugePages.read().unreserved() < HUGE_PAGES,
                        "needs " + HUGE_PAGES + " free huge pages of 2 MiB: run 'sysctl vm.nr_hugepages=" + HUGE_PAGES
                                + "' as root");
            case SWAP -> missingIf(!swap, "needs swap on a zram device, which only root can attach");
            case USERS -> missingIf(!Processes.isRoot(), "needs root");
            case RAW_CALLS, TRANSPARENT_HUGE_PAGES, LOCKED_MEMORY, OTHER_MEMORY -> Optional.empty();
        };
    }

    private static Optional<String> missingIf(boolean missing, String reason) {
        return missing ? Optional.of(reason) : Optional.empty();
    }

    @Override
    public void close() {
        puppet.close();
    }
}
