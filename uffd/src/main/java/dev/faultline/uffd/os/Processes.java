package dev.faultline.uffd.os;

import dev.faultline.uffd.internal.linux.LibC;

/** What a process tells the kernel about itself. */
public final class Processes {
    /** What to do when this process may not trace another. Source: ptrace(2), "Ptrace access mode checking". */
    public static final String PTRACE_REMEDY =
            "It takes the permission to trace that process: run as its user, with kernel.yama.ptrace_scope=0 where that"
                    + " exists, or with CAP_SYS_PTRACE, which a process that changed its user always takes";

    private static final int PR_SET_PDEATHSIG = 1;
    private static final int SIGKILL = 9;

    private Processes() {}

    /**
     * Has the kernel kill this process as soon as its parent dies, however it dies. The kernel thinks in threads: the
     * parent is the thread that started this process, and must outlive it; the wish is the calling thread's, and is
     * forgotten when that thread ends. So main calls it.
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

    /** {@return the user that this process acts as, by number} */
    public static int userId() {
        return LibC.geteuid();
    }
}
