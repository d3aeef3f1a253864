package dev.faultline.conformance.kernel;

import dev.faultline.conformance.subject.Need;
import dev.faultline.conformance.subject.Subject;
import dev.faultline.conformance.subject.SubjectProcess;
import dev.faultline.uffd.LinuxUffd;
import dev.faultline.uffd.memory.HugePages;
import dev.faultline.uffd.os.LinuxException;
import dev.faultline.uffd.os.Processes;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;

/** The kernel of this machine. */
public final class KernelSubject implements Subject {
    /** How many huge pages there should be for the cases: twice what they take, because others use the pool, too. */
    public static final int HUGE_PAGES = 24;

    /** What a case takes at most. */
    private static final int TAKEN = 12;

    private final boolean swap;
    private Puppet puppet = Puppet.start();

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

    /** {@return why the kernel of this machine cannot be tried, or nothing if it can} */
    public static Optional<String> unavailable() {
        String architecture = System.getProperty("os.arch");
        if (!System.getProperty("os.name").equals("Linux") || !architecture.equals("amd64")) {
            return Optional.of("the kernel is tried on Linux on x86-64 only, because the puppet is machine code of it");
        }
        try (LinuxUffd _ = LinuxUffd.open(Set.of())) {
            return Files.isReadable(Path.of("/proc/self/wchan"))
                    ? Optional.empty()
                    : Optional.of("this kernel does not tell where a thread waits: /proc/PID/wchan is missing");
        } catch (LinuxException e) {
            return Optional.of(String.valueOf(e.getMessage()));
        }
    }

    /** {@return the puppet, for tests that end it} */
    Puppet puppet() {
        return puppet;
    }

    @Override
    public SubjectProcess newProcess() {
        if (!puppet.process().isAlive()) {
            puppet.close();
            puppet = Puppet.start();
        }
        return puppet.fork();
    }

    @Override
    public Optional<String> lacks(Need need) {
        return switch (need) {
            case HUGE_PAGES ->
                missingIf(
                        HugePages.read().unreserved() < TAKEN,
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
