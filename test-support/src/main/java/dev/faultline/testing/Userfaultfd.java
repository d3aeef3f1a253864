package dev.faultline.testing;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.invoke.MethodHandle;

/** What this kernel's userfaultfd can do for this process. */
final class Userfaultfd {
    private static final boolean AARCH64 = System.getProperty("os.arch").equals("aarch64");

    /* Numbers of asm/unistd_64.h (x86-64) and asm-generic/unistd.h (AArch64). */
    private static final long OPENAT = AARCH64 ? 56 : 257;
    private static final long CLOSE = AARCH64 ? 57 : 3;
    private static final long IOCTL = AARCH64 ? 29 : 16;
    private static final long USERFAULTFD = AARCH64 ? 282 : 323;

    private static final long O_RDWR = 2;
    private static final long O_NONBLOCK = 0x800;
    private static final long O_CLOEXEC = 0x80000;
    private static final long USERFAULTFD_IOC_NEW = 0xaa00;
    private static final long UFFDIO_API = 0xc018aa3fL;
    private static final long UFFD_API = 0xaa;

    private static final StructLayout CAPTURE = Linker.Option.captureStateLayout();
    private static final long ERRNO = CAPTURE.byteOffset(MemoryLayout.PathElement.groupElement("errno"));

    private Userfaultfd() {}

    /** {@return the mask of its features, or -errno if none can be opened} */
    static long features() {
        try (Arena arena = Arena.ofConfined()) {
            Call call = new Call(arena);
            long fd = open(call, arena);
            if (fd < 0) {
                return fd;
            }
            MemorySegment api = arena.allocate(3 * JAVA_LONG.byteSize(), Long.BYTES);
            api.set(JAVA_LONG, 0, UFFD_API);
            long result = call.invoke(IOCTL, fd, UFFDIO_API, api.address(), 0);
            call.invoke(CLOSE, fd, 0, 0, 0);
            return result < 0 ? result : api.get(JAVA_LONG, Long.BYTES);
        }
    }

    private static long open(Call call, Arena arena) {
        MemorySegment path = arena.allocateFrom("/dev/userfaultfd");
        long device = call.invoke(OPENAT, 0, path.address(), O_RDWR | O_CLOEXEC, 0);
        if (device < 0) {
            return call.invoke(USERFAULTFD, O_NONBLOCK | O_CLOEXEC, 0, 0, 0);
        }
        long fd = call.invoke(IOCTL, device, USERFAULTFD_IOC_NEW, O_NONBLOCK | O_CLOEXEC, 0);
        call.invoke(CLOSE, device, 0, 0, 0);
        return fd;
    }

    /** syscall(2). */
    private static final class Call {
        private final MethodHandle handle;
        private final MemorySegment capture;

        Call(Arena arena) {
            capture = arena.allocate(CAPTURE);
            handle = Linker.nativeLinker()
                    .downcallHandle(
                            Linker.nativeLinker().defaultLookup().findOrThrow("syscall"),
                            FunctionDescriptor.of(JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG),
                            Linker.Option.captureCallState("errno"),
                            Linker.Option.firstVariadicArg(1));
        }

        /** {@return its value, or -errno} */
        long invoke(long number, long a, long b, long c, long d) {
            try {
                long result = (long) handle.invokeExact(capture, number, a, b, c, d);
                return result == -1 ? -capture.get(JAVA_INT, ERRNO) : result;
            } catch (Throwable t) {
                throw new AssertionError("a downcall does not throw", t);
            }
        }
    }
}
