package dev.faultline.uffd.remote;

import dev.faultline.uffd.LinuxUffd;
import dev.faultline.uffd.UffdFeature;
import dev.faultline.uffd.internal.linux.Errno;
import dev.faultline.uffd.internal.linux.LibC;
import dev.faultline.uffd.internal.linux.Syscall.Call;
import dev.faultline.uffd.os.Fd;
import dev.faultline.uffd.os.LinuxException;
import dev.faultline.uffd.os.Pidfd;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

/**
 * A process that system calls are run in, by ptrace(2) and without its help: its main thread is stopped, makes the call,
 * and goes on with what it did. A call that the stop interrupted is repeated by the kernel, so that the process sees no
 * EINTR, but for the few calls that it never repeats: epoll_wait(2), KVM_RUN; see signal(7). Tried on x86-64; AArch64 was never run.
 *
 * <p>It takes the permission to trace the process. It must not be traced already, be a child of this JVM (whose
 * {@link Process} would take a stop for the end), or be of another architecture. A seccomp filter of the process judges the
 * calls as if it had made them, and may kill it for one. A thread that is stopped in a restartable sequence (rseq(2)) is
 * not told.
 *
 * <p>Each call has a tracer thread of its own. Source: ptrace(2). A QEMU's main thread stood still for 1
 * to 16 milliseconds when a fresh JVM did this for the first time, most of them for code that was not compiled yet.
 */
public final class RemoteProcess {
    private static final long PATIENCE_NANOS = 2_000_000_000L;
    private static final int MOST_ARGUMENTS = 6;

    private final int processId;
    private final long patienceNanos;

    RemoteProcess(long processId, long patienceNanos) {
        this.processId = Math.toIntExact(processId);
        this.patienceNanos = patienceNanos;
    }

    /**
     * {@return a process; it is not touched before the first call}
     *
     * @param processId its number
     */
    public static RemoteProcess of(long processId) {
        return new RemoteProcess(processId, PATIENCE_NANOS);
    }

    /**
     * Runs a system call in the process, one that does not block.
     *
     * @param number the call, as this machine numbers it
     * @param arguments at most six; addresses are the process's
     * @return what it returned, a failure also
     * @throws LinuxException EPERM or EACCES without the permission, ESRCH if the process is not there or ends meanwhile
     * @throws IllegalArgumentException if it is a process that cannot be traced from here
     * @throws IllegalStateException if it is traced already, does not stop, or the call blocks: after two seconds it is
     *     broken off, and the process goes on
     */
    public RemoteCall call(long number, long... arguments) {
        if (arguments.length > MOST_ARGUMENTS) {
            throw new IllegalArgumentException("a system call has no " + arguments.length + " arguments");
        }
        Target target = new Target(processId);
        target.check();
        RegisterLayout layout = RegisterLayout.ofThisMachine();
        long instruction = target.find(layout.syscallInstruction(), layout.instructionAlignment());
        try {
            return onItsOwnThread(() -> {
                TracedThread thread = new TracedThread(processId, patienceNanos);
                return new Tracer(thread, layout).call(instruction, number, arguments);
            });
        } catch (LinuxException e) {
            target.check(); // EPERM may also mean that it has ended meanwhile, or that somebody else traces it now
            throw e;
        }
    }

    /** The thread's end is also what ends the tracing when nothing else has. */
    private RemoteCall onItsOwnThread(Callable<RemoteCall> work) {
        FutureTask<RemoteCall> task = new FutureTask<>(work);
        Thread thread =
                Thread.ofPlatform().daemon().name("tracer of " + processId).start(task);
        boolean interrupted = false;
        while (true) {
            try {
                thread.join();
                break;
            } catch (InterruptedException e) {
                interrupted = true; // the process must be let go first, which takes no longer than its patience
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        return result(task);
    }

    private static RemoteCall result(FutureTask<RemoteCall> task) {
        try {
            return task.get();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RuntimeException cause) {
                throw cause;
            }
            throw new AssertionError(e);
        } catch (InterruptedException | CancellationException e) {
            throw new AssertionError("the task is done", e);
        }
    }

    /**
     * Opens a userfaultfd for the process's memory and takes it. It stays open inside, so that the end of this process
     * does not release the threads that wait; {@link #closeInside} changes that.
     *
     * @param features what it must be able to do
     * @return the userfaultfd
     * @throws LinuxException as {@link #call}; EPERM also if the process itself may not open one; EINVAL if the kernel
     *     lacks a feature: nothing is left open then
     */
    public RemoteUffd openUffd(Set<UffdFeature> features) {
        return openUffd(UffdFeature.mask(features));
    }

    /**
     * As {@link #openUffd(Set)}, with features of newer kernels.
     *
     * @param featureBits UFFD_FEATURE_*
     * @return the userfaultfd
     */
    public RemoteUffd openUffd(long featureBits) {
        try (Pidfd pidfd = Pidfd.open(processId)) {
            RemoteCall opened = call(Call.USERFAULTFD.number(), LibC.O_CLOEXEC | LibC.O_NONBLOCK);
            if (opened.result() < 0) {
                int errno = (int) -opened.result();
                throw new LinuxException("userfaultfd(CLOEXEC|NONBLOCK) in process " + processId, errno, remedy(errno));
            }
            int number = (int) opened.result();
            try {
                Fd fd = pidfd.takeFd(number);
                LinuxUffd uffd = LinuxUffd.adoptNew(fd, featureBits);
                return new RemoteUffd(uffd, number, opened.stoppedNanos());
            } catch (LinuxException e) {
                closeInside(number);
                throw e;
            }
        }
    }

    private static String remedy(int errno) {
        return errno == Errno.EPERM
                ? "That process needs CAP_SYS_PTRACE itself, or run 'sysctl vm.unprivileged_userfaultfd=1'"
                : "";
    }

    /**
     * Closes a descriptor of the process.
     *
     * @param number the descriptor's number there
     * @throws LinuxException as {@link #call}, and EBADF if it is not open
     */
    public void closeInside(int number) {
        LinuxException.check(
                call(Call.CLOSE.number(), number).result(), "close(" + number + ") in process " + processId);
    }
}
