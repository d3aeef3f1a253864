package dev.faultline.uffd.internal.linux;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.invoke.MethodHandle;
import java.util.Locale;

/**
 * The one way into the kernel: {@code syscall(2)} as an ordinary downcall, so that the thread is in native state, and
 * reaches safepoints, while it waits. Results are a value of at least 0, or {@code -errno}.
 */
public final class Syscall {
    static final StructLayout CAPTURE_LAYOUT = Linker.Option.captureStateLayout();

    private static final long ERRNO_OFFSET = CAPTURE_LAYOUT.byteOffset(MemoryLayout.PathElement.groupElement("errno"));

    /** Whether this is an AArch64 machine; else it is an x86-64 one. */
    public static final boolean AARCH64 = switch (System.getProperty("os.arch").toLowerCase(Locale.ROOT)) {
        case "aarch64", "arm64" -> true;
        case "amd64", "x86_64" -> false;
        default ->
            throw new UnsupportedOperationException(
                    "Faultline knows Linux on x86-64 and AArch64, not on " + System.getProperty("os.arch"));
    };

    private static final Linker.Option VARIADIC = Linker.Option.firstVariadicArg(1);
    private static final MethodHandle SYSCALL = link(Linker.Option.captureCallState("errno"), VARIADIC);
    private static final MethodHandle SYSCALL_WITHOUT_ERRNO = link(VARIADIC);

    private Syscall() {}

    @SuppressWarnings("restricted")
    private static MethodHandle link(Linker.Option... options) {
        Linker linker = Linker.nativeLinker();
        return linker.downcallHandle(
                linker.defaultLookup().findOrThrow("syscall"),
                FunctionDescriptor.of(
                        JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG),
                options);
    }

    /**
     * Runs one system call.
     *
     * @param call which one
     * @return its value, or {@code -errno}
     */
    public static long invoke(Call call, long a, long b, long c, long d, long e, long f) {
        MemorySegment capture = Scratch.ofThisThread().errno;
        long result;
        try {
            result = (long) SYSCALL.invokeExact(capture, call.number, a, b, c, d, e, f);
        } catch (Throwable t) {
            throw new AssertionError("a downcall does not throw", t);
        }
        return result == -1 ? -capture.get(JAVA_INT, ERRNO_OFFSET) : result;
    }

    /**
     * Runs one system call, and does not hear why it fails: who wants to know calls it again by {@link #invoke}, if it is
     * one that may be repeated. It allocates nothing, compiled or not; JDK 25 allocates what hands errno over.
     *
     * @param call which one
     * @return its value, or -1
     */
    static long invokeWithoutErrno(Call call, long a, long b, long c, long d) {
        try {
            return (long) SYSCALL_WITHOUT_ERRNO.invokeExact(call.number, a, b, c, d, 0L, 0L);
        } catch (Throwable t) {
            throw new AssertionError("a downcall does not throw", t);
        }
    }

    /** System call numbers. Source: asm/unistd_64.h (x86-64) and asm-generic/unistd.h (AArch64), Linux 6.18. */
    public enum Call {
        READ(0, 63),
        WRITE(1, 64),
        CLOSE(3, 57),
        LSEEK(8, 62),
        MMAP(9, 222),
        MUNMAP(11, 215),
        IOCTL(16, 29),
        PREAD64(17, 67),
        PWRITE64(18, 68),
        MADVISE(28, 233),
        GETPID(39, 172),
        SOCKET(41, 198),
        CONNECT(42, 203),
        SENDMSG(46, 211),
        RECVMSG(47, 212),
        SHUTDOWN(48, 210),
        BIND(49, 200),
        LISTEN(50, 201),
        SOCKETPAIR(53, 199),
        SETSOCKOPT(54, 208),
        GETSOCKOPT(55, 209),
        WAIT4(61, 260),
        FCNTL(72, 25),
        FTRUNCATE(77, 46),
        PTRACE(101, 117),
        GETEUID(107, 175),
        GETPPID(110, 173),
        FSTATFS(138, 44),
        PRCTL(157, 167),
        GETTID(186, 178),
        TGKILL(234, 131),
        OPENAT(257, 56),
        UNLINKAT(263, 35),
        PPOLL(271, 73),
        FALLOCATE(285, 47),
        ACCEPT4(288, 242),
        EVENTFD2(290, 19),
        MEMFD_CREATE(319, 279),
        USERFAULTFD(323, 282),
        STATX(332, 291),
        PIDFD_SEND_SIGNAL(424, 424),
        PIDFD_OPEN(434, 434),
        PIDFD_GETFD(438, 438);

        final int x86Number;
        final int aarch64Number;
        final long number;

        Call(int x86Number, int aarch64Number) {
            this.x86Number = x86Number;
            this.aarch64Number = aarch64Number;
            number = AARCH64 ? aarch64Number : x86Number;
        }

        /** {@return its number on this machine} */
        public long number() {
            return number;
        }
    }
}
