package dev.faultline.uffd.remote;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.faultline.uffd.internal.linux.Errno;
import dev.faultline.uffd.internal.linux.LibC;
import dev.faultline.uffd.internal.linux.Scratch;
import dev.faultline.uffd.os.LinuxException;
import dev.faultline.uffd.os.Processes;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.locks.LockSupport;

/** A thread under ptrace(2), for the one thread that traces it. Source: linux/ptrace.h, elf.h, wait(2), Linux 6.18. */
final class TracedThread {
    private static final int PTRACE_CONT = 7;
    private static final int PTRACE_DETACH = 17;
    private static final int PTRACE_SYSCALL = 24;
    private static final int PTRACE_GETREGSET = 0x4204;
    private static final int PTRACE_SETREGSET = 0x4205;
    private static final int PTRACE_SEIZE = 0x4206;
    private static final int PTRACE_INTERRUPT = 0x4207;
    private static final int PTRACE_GETSIGMASK = 0x420a;
    private static final int PTRACE_SETSIGMASK = 0x420b;
    private static final int PTRACE_O_TRACESYSGOOD = 1;
    private static final int PTRACE_EVENT_STOP = 128;
    private static final int NT_PRSTATUS = 1;

    private static final int WNOHANG = 1;
    private static final int WALL = 0x40000000;
    private static final int SIGTRAP = 5;
    private static final int SIGSTOP = 19;
    /** What PTRACE_O_TRACESYSGOOD adds to the signal of a stop at a system call. */
    private static final int SYSCALL_STOP = 0x80;

    private static final long SPIN_NANOS = 200_000;
    private static final long NAP_NANOS = 50_000;

    private final int threadId;
    private final long patienceNanos;

    TracedThread(int threadId, long patienceNanos) {
        this.threadId = threadId;
        this.patienceNanos = patienceNanos;
    }

    void seize() {
        ptrace("SEIZE", PTRACE_SEIZE, 0, PTRACE_O_TRACESYSGOOD);
    }

    void interrupt() {
        ptrace("INTERRUPT", PTRACE_INTERRUPT, 0, 0);
    }

    /** Waits for the stop that an interrupt brings. Signals that come first are delivered. */
    void awaitInterrupted() {
        while (true) {
            int status = awaitStop(patienceNanos);
            if (event(status) == PTRACE_EVENT_STOP) {
                return;
            }
            ptrace("CONT", PTRACE_CONT, 0, signal(status));
        }
    }

    /** Lets it run until it enters or leaves the kernel by a system call. */
    void runToSystemCallStop() {
        long deliver = 0;
        while (true) {
            ptrace("SYSCALL", PTRACE_SYSCALL, 0, deliver);
            int status = awaitStopOrInterrupt();
            if (signal(status) == (SIGTRAP | SYSCALL_STOP)) {
                return;
            }
            deliver = event(status) == PTRACE_EVENT_STOP ? 0 : requireStopSignal(signal(status));
        }
    }

    /** All other signals are blocked, but those that an instruction causes. */
    private int requireStopSignal(int signal) {
        if (signal != SIGSTOP) {
            throw new IllegalStateException(
                    "signal " + signal + " came to process " + threadId + " instead of its call");
        }
        return signal;
    }

    /**
     * Lets it run to the stop of an interrupt that was asked for; it gets there before any code of its own. There is no
     * limit: it has registers that are not its own.
     */
    void runToInterrupt() {
        long deliver = 0;
        int status;
        do {
            ptrace("CONT", PTRACE_CONT, 0, deliver);
            status = awaitStop(Long.MAX_VALUE);
            deliver = signal(status) == SIGSTOP ? SIGSTOP : 0;
        } while (event(status) != PTRACE_EVENT_STOP);
    }

    /** A call that blocks is broken off, so that the thread can be given back. */
    private int awaitStopOrInterrupt() {
        int status = poll(patienceNanos);
        if (status != 0) {
            return status;
        }
        interrupt();
        awaitStop(Long.MAX_VALUE);
        throw new IllegalStateException("the call in process " + threadId + " did not return in time");
    }

    private int awaitStop(long limitNanos) {
        int status = poll(limitNanos);
        if (status == 0) {
            throw new IllegalStateException("process " + threadId + " did not stop within " + limitNanos
                    + " ns: is it in uninterruptible sleep?");
        }
        return status;
    }

    /** {@return the status of a stop, or 0 when the time is up} A stop mostly takes no longer than a nap would. */
    private int poll(long limitNanos) {
        MemorySegment status = Scratch.ofThisThread().argument();
        long begin = System.nanoTime();
        while (true) {
            long found = LibC.wait4(threadId, status.address(), WNOHANG | WALL);
            if (found > 0) {
                return requireStopped(status.get(JAVA_INT, 0));
            }
            if (found == -Errno.ECHILD) {
                throw ended();
            }
            if (found != -Errno.EINTR) {
                LinuxException.check(found, "wait4(" + threadId + ")");
            }
            long waited = System.nanoTime() - begin;
            if (waited > limitNanos) {
                return 0;
            }
            if (waited < SPIN_NANOS) {
                Thread.onSpinWait();
            } else {
                LockSupport.parkNanos(NAP_NANOS);
            }
        }
    }

    private int requireStopped(int status) {
        if ((status & 0xff) != 0x7f) {
            throw ended();
        }
        return status;
    }

    private LinuxException ended() {
        return new LinuxException("ptrace(" + threadId + ")", Errno.ESRCH, "It ended while it was traced");
    }

    private static int signal(int status) {
        return status >> 8 & 0xff;
    }

    private static int event(int status) {
        return status >> 16;
    }

    /** {@return how many bytes the kernel has of its registers} */
    long getRegisters(MemorySegment registers) {
        MemorySegment vector = vector(registers);
        ptrace("GETREGSET", PTRACE_GETREGSET, NT_PRSTATUS, vector.address());
        return vector.get(JAVA_LONG, Long.BYTES);
    }

    void setRegisters(MemorySegment registers) {
        ptrace("SETREGSET", PTRACE_SETREGSET, NT_PRSTATUS, vector(registers).address());
    }

    private static MemorySegment vector(MemorySegment registers) {
        MemorySegment vector = Scratch.ofThisThread().argument();
        vector.set(JAVA_LONG, 0, registers.address());
        vector.set(JAVA_LONG, Long.BYTES, registers.byteSize());
        return vector;
    }

    long signalMask() {
        MemorySegment mask = Scratch.ofThisThread().argument();
        ptrace("GETSIGMASK", PTRACE_GETSIGMASK, Long.BYTES, mask.address());
        return mask.get(JAVA_LONG, 0);
    }

    void setSignalMask(long signals) {
        MemorySegment mask = Scratch.ofThisThread().argument();
        mask.set(JAVA_LONG, 0, signals);
        ptrace("SETSIGMASK", PTRACE_SETSIGMASK, Long.BYTES, mask.address());
    }

    /** Ends the tracing. A thread that has ended needs none. */
    void detach() {
        LibC.ptrace(PTRACE_DETACH, threadId, 0, 0);
    }

    private void ptrace(String name, long request, long address, long data) {
        long result = LibC.ptrace(request, threadId, address, data);
        if (result < 0) {
            String call = "ptrace(" + name + ", " + threadId + ")";
            throw new LinuxException(call, (int) -result, result == -Errno.EPERM ? Processes.PTRACE_REMEDY : "");
        }
    }
}
