package dev.faultline.uffd.os;

import dev.faultline.uffd.internal.linux.LibC;

/** What a process tells the kernel about itself. */
public final class Processes {
    private static final int PR_SET_PDEATHSIG = 1;
    private static final int SIGKILL = 9;

    private Processes() {}

    /**
     * Has the kernel kill this process as soon as its parent dies, however it dies. To the kernel the parent is the
     * thread that started this process: should that thread end before its process does, this process is killed then.
     *
     * @param parentProcessId the parent that is expected
     * @return whether that parent is still there; if not, the signal would never come, and the caller should end
     * @throws LinuxException as prctl(2)
     */
    public static boolean dieWithParent(long parentProcessId) {
        LinuxException.check(LibC.prctl(PR_SET_PDEATHSIG, SIGKILL), "prctl(PR_SET_PDEATHSIG, SIGKILL)");
        return LibC.getppid() == parentProcessId;
    }

    /** {@return whether this process runs as root} */
    public static boolean isRoot() {
        return LibC.geteuid() == 0;
    }
}
