package dev.faultline.conformance.kernel;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import dev.faultline.conformance.subject.Result;
import dev.faultline.uffd.internal.linux.LibC;
import dev.faultline.uffd.os.Fd;
import dev.faultline.uffd.os.LinuxException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One thread of a puppet. Whether it is blocked is not guessed from time: /proc/PID/task/TID/wchan names the kernel
 * function in which a thread sleeps, and "0" from the moment on that something wakes it.
 */
final class PuppetThread implements AutoCloseable {
    /** A thread that neither answers nor waits for a userfaultfd in this time hangs, which is an error of the suite. */
    private static final long HANG_NANOS = TimeUnit.SECONDS.toNanos(20);

    private static final long LOOK_NANOS = TimeUnit.MICROSECONDS.toNanos(200);
    private static final String IN_FAULT = "handle_userfault";
    private static final String IN_EVENT = "userfaultfd";
    private static final int NAME_BYTES = 128;

    private final Channel channel;
    private final int processId;
    private final int threadId;
    private final Fd wchan;
    private final MemorySegment name = Arena.ofAuto().allocate(NAME_BYTES);
    private @Nullable Result result;
    private boolean busy;

    PuppetThread(Channel channel, int processId, int threadId) {
        this.channel = channel;
        this.processId = processId;
        this.threadId = threadId;
        wchan = Fd.open("/proc/" + processId + "/task/" + threadId + "/wchan", false);
    }

    int processId() {
        return processId;
    }

    int threadId() {
        return threadId;
    }

    /** Begins a command; {@link #settle} tells how far it came. */
    void begin(Command command) {
        if (result != null && result.isBlocked()) {
            throw new IllegalStateException("the thread still waits: " + result);
        }
        result = null;
        busy = true;
        channel.send(command);
    }

    /** {@return what a command gave that cannot block} */
    long call(Command command) {
        begin(command);
        return switch (settle()) {
            case Result.Done done -> done.value();
            case Result.Failed failed -> -failed.errno();
            case Result.Blocked blocked -> throw new IllegalStateException("the puppet's service thread: " + blocked);
            case Result.Signalled signal -> throw new IllegalStateException("the puppet's service thread: " + signal);
        };
    }

    long check(Command command) {
        return LinuxException.check(call(command), "system call of the puppet");
    }

    /** Waits until the command is done or provably blocked. */
    Result settle() {
        Result known = result;
        if (known != null && !known.isBlocked()) {
            return known;
        }
        long deadline = System.nanoTime() + HANG_NANOS;
        while (true) {
            Result now = look();
            if (now != null) {
                result = now;
                return now;
            }
            if (System.nanoTime() - deadline > 0) {
                throw new IllegalStateException("thread " + threadId + " hangs in " + sleepsIn());
            }
            channel.await(LOOK_NANOS);
        }
    }

    /** As {@link #settle}, for a thread that may never have begun anything. */
    void settleIfBusy() {
        if (busy) {
            busy = settle().isBlocked();
        }
    }

    private @Nullable Result look() {
        if (channel.tryReceive()) {
            return answer();
        }
        String function = sleepsIn();
        if (function.startsWith(IN_FAULT)) {
            return new Result.Blocked(Result.Place.FAULT);
        }
        return function.contains(IN_EVENT) ? new Result.Blocked(Result.Place.EVENT) : null;
    }

    private Result answer() {
        if (channel.signal() == 0) {
            return Result.of(channel.value());
        }
        return new Result.Signalled(channel.signal() == X86.SIGBUS ? Result.Signal.SIGBUS : Result.Signal.SIGSEGV);
    }

    private String sleepsIn() {
        long read = LibC.pread(wchan.number(), name.address(), NAME_BYTES, 0);
        if (read < 0) {
            return "";
        }
        return new String(name.asSlice(0, read).toArray(JAVA_BYTE), StandardCharsets.US_ASCII);
    }

    void interrupt() {
        LinuxException.check(LibC.tgkill(processId, threadId, X86.SIGUSR1), "tgkill(puppet, SIGUSR1)");
    }

    @Override
    public void close() {
        channel.close();
        wchan.close();
    }
}
