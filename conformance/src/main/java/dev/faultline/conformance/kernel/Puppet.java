package dev.faultline.conformance.kernel;

import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;

import dev.faultline.uffd.internal.linux.LibC;
import dev.faultline.uffd.os.Fd;
import dev.faultline.uffd.os.LinuxException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;

/** The puppet that never plays: it only forks those that do, so that each begins in a clean address space. */
final class Puppet implements AutoCloseable {
    private final Process process;
    private final ProcessMemory memory;
    private final Fd pidfd;

    private Puppet(Process process) {
        this.process = process;
        memory = ProcessMemory.of(process.pid());
        pidfd = pidfdOf(process.pid());
    }

    static Puppet start() {
        CompletableFuture<Process> started = new CompletableFuture<>();
        // A thread of its own, because the kernel kills the puppet when the thread ends that started it.
        Thread.ofPlatform().daemon().name("faultline-puppet").start(() -> run(started));
        try {
            return new Puppet(started.get());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while a puppet was started", e);
        } catch (ExecutionException e) {
            throw new UncheckedIOException("cannot start the puppet process", new IOException(e.getCause()));
        }
    }

    private static void run(CompletableFuture<Process> started) {
        try (Fd image = PuppetImage.executable()) {
            String path = "/proc/" + ProcessHandle.current().pid() + "/fd/" + image.number();
            Process process = new ProcessBuilder(path)
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            started.complete(process);
            int _ = process.waitFor();
        } catch (IOException | RuntimeException e) {
            started.completeExceptionally(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    static Fd pidfdOf(long processId) {
        return Fd.owning(LinuxException.check(LibC.pidfdOpen((int) processId, 0), "pidfd_open(puppet)"));
    }

    static Fd take(Fd pidfd, long number) {
        return Fd.owning(LinuxException.check(LibC.pidfdGetfd(pidfd.number(), (int) number), "pidfd_getfd(puppet)"));
    }

    /** {@return the process, for tests that look at it or end it} */
    Process process() {
        return process;
    }

    KernelProcess fork() {
        check(Command.syscall(X86.SOCKETPAIR, X86.AF_UNIX, X86.SOCK_STREAM, 0, ProcessMemory.SCRATCH));
        long pair = memory.word(0);
        long theirs = pair >>> 32;
        long ours = pair & 0xffffffffL;
        Channel channel = new Channel(take(pidfd, ours));
        // Closed before the fork: a child that kept this end would never see it end.
        check(Command.syscall(X86.CLOSE, ours));
        long child = check(Command.fork(theirs));
        check(Command.syscall(X86.CLOSE, theirs));
        return KernelProcess.forked(new PuppetThread(channel, (int) child, (int) child));
    }

    long check(Command command) {
        return LinuxException.check(call(command), "system call of the puppet");
    }

    private long call(Command command) {
        byte[] bytes = new byte[Channel.COMMAND_BYTES];
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment words = arena.allocate(Channel.COMMAND_BYTES, Long.BYTES);
            command.writeTo(words);
            MemorySegment.copy(words, 0, MemorySegment.ofArray(bytes), 0, bytes.length);
            process.getOutputStream().write(bytes);
            process.getOutputStream().flush();
            byte[] answer = process.getInputStream().readNBytes(Channel.ANSWER_BYTES);
            if (answer.length < Channel.ANSWER_BYTES) {
                throw new PuppetDiedException();
            }
            return MemorySegment.ofArray(answer).get(JAVA_LONG_UNALIGNED, Long.BYTES);
        } catch (IOException e) {
            throw new PuppetDiedException();
        }
    }

    @Override
    public void close() {
        process.destroyForcibly();
        memory.close();
        pidfd.close();
    }
}
