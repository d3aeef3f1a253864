package dev.faultline.uffd.os;

import dev.faultline.uffd.internal.linux.Errno;
import dev.faultline.uffd.internal.linux.LibC;

/**
 * A process as a descriptor: it stays that process's also when its number is another's, is readable when the process has
 * ended, and lets descriptors of it be taken. Source: pidfd_open(2) (Linux 5.3), pidfd_getfd(2) (5.6).
 */
public final class Pidfd implements AutoCloseable {
    private static final int SIGKILL = 9;

    private final Fd fd;
    private final long processId;

    private Pidfd(Fd fd, long processId) {
        this.fd = fd;
        this.processId = processId;
    }

    /**
     * Opens a process.
     *
     * @param processId its number, which is its main thread's
     * @return its descriptor, close-on-exec
     * @throws LinuxException ESRCH if there is no such process, EINVAL for a number that no process has
     */
    public static Pidfd open(long processId) {
        long result = LibC.pidfdOpen(Math.toIntExact(processId), 0);
        return new Pidfd(Fd.owning(LinuxException.check(result, "pidfd_open(" + processId + ")")), processId);
    }

    /** {@return the descriptor, for a {@link Poller}: readable from the process's end on} */
    public Fd fd() {
        return fd;
    }

    /**
     * Takes a descriptor: both processes have the same open file then.
     *
     * @param number the descriptor's number in that process
     * @return a descriptor of this process, close-on-exec
     * @throws LinuxException EPERM without ptrace permission on the process, EBADF if it has no such descriptor, ESRCH if
     *     it has ended
     */
    public Fd takeFd(int number) {
        long result = LibC.pidfdGetfd(fd.number(), number);
        if (result < 0) {
            String call = "pidfd_getfd(process " + processId + ", descriptor " + number + ")";
            throw new LinuxException(call, (int) -result, remedy((int) -result));
        }
        return Fd.owning(result);
    }

    /**
     * Ends the process, whatever it does; it has not ended yet when this returns. Does nothing if it has.
     *
     * @throws LinuxException EPERM if this user may not
     */
    public void kill() {
        long result = LibC.pidfdSendSignal(fd.number(), SIGKILL);
        if (result != -Errno.ESRCH) {
            LinuxException.check(result, "pidfd_send_signal(process " + processId + ", SIGKILL)");
        }
    }

    private static String remedy(int errno) {
        return switch (errno) {
            case Errno.EPERM -> Processes.PTRACE_REMEDY;
            case Errno.EBADF -> "The process has closed it, or never had it: /proc/PID/fd lists what it has";
            case Errno.EMFILE -> "This process may not open more files: raise 'ulimit -n'";
            default -> "";
        };
    }

    @Override
    public void close() {
        fd.close();
    }
}
