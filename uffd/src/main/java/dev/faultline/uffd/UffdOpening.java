package dev.faultline.uffd;

import dev.faultline.uffd.internal.linux.Errno;
import dev.faultline.uffd.os.Fd;
import java.util.Optional;

/** The two ways to a userfaultfd. One of them is enough. */
public enum UffdOpening {
    /** The device, whose permission can be granted to a user (Linux 6.1). */
    DEVICE("/dev/userfaultfd"),
    /** The system call, for root, CAP_SYS_PTRACE, or vm.unprivileged_userfaultfd=1. */
    SYSCALL("userfaultfd(2)");

    private final String label;

    UffdOpening(String label) {
        this.label = label;
    }

    /** {@return its name on the system} */
    public String label() {
        return label;
    }

    /** {@return the name of the error it gives here, or nothing if it works} */
    public Optional<String> problem() {
        long fd = this == DEVICE ? UffdOpener.openDevice() : UffdOpener.openSyscall();
        if (fd < 0) {
            return Optional.of(Errno.name((int) -fd));
        }
        Fd.owning(fd).close();
        return Optional.empty();
    }
}
