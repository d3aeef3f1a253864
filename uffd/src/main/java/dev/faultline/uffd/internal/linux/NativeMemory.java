package dev.faultline.uffd.internal.linux;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/**
 * libc functions that are no system calls. They run in native state, which is why they, unlike a
 * {@link MemorySegment}, may touch memory that a userfaultfd serves.
 */
@SuppressWarnings("restricted")
public final class NativeMemory {
    private static final MethodHandle MEMCPY =
            link("memcpy", FunctionDescriptor.of(JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG));
    private static final MethodHandle MEMCMP =
            link("memcmp", FunctionDescriptor.of(JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_LONG));
    private static final MethodHandle SIGACTION =
            link("sigaction", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_LONG));

    private NativeMemory() {}

    /** Copies bytes between two addresses. */
    public static void copy(long target, long source, long lengthBytes) {
        try {
            long ignored = (long) MEMCPY.invokeExact(target, source, lengthBytes);
        } catch (Throwable t) {
            throw new AssertionError("a downcall does not throw", t);
        }
    }

    /** {@return 0 when the bytes at both addresses are equal} */
    public static int compare(long first, long second, long lengthBytes) {
        try {
            return (int) MEMCMP.invokeExact(first, second, lengthBytes);
        } catch (Throwable t) {
            throw new AssertionError("a downcall does not throw", t);
        }
    }

    /**
     * {@return native memory as a segment that is never closed; its owner unmaps it when nobody uses it any more}
     *
     * @param address where it begins; not in a mapping that a userfaultfd serves
     * @param lengthBytes how long it is
     */
    public static MemorySegment segment(long address, long lengthBytes) {
        return MemorySegment.ofAddress(address).reinterpret(lengthBytes, Arena.global(), null);
    }

    /**
     * {@return native memory as a segment of which nothing is left when the arena closes}
     *
     * @param address where it begins; not in a mapping that a userfaultfd serves
     * @param lengthBytes how long it is
     * @param arena ends the use of the segment, and does not unmap it
     */
    public static MemorySegment segment(long address, long lengthBytes, Arena arena) {
        return MemorySegment.ofAddress(address).reinterpret(lengthBytes, arena, null);
    }

    /**
     * Installs libc's {@code abs} as the handler of a signal: it does nothing, which is all that is wanted of a signal
     * that is there to end a blocking call with EINTR.
     *
     * @param signal number, which the JVM must not use itself
     */
    public static void ignoreButInterrupt(int signal) {
        long handler = Linker.nativeLinker().defaultLookup().findOrThrow("abs").address();
        MemorySegment action = Scratch.ofThisThread().argument();
        action.fill((byte) 0);
        // struct sigaction of glibc: sa_handler, then the mask; sa_flags without SA_RESTART stays 0.
        action.set(ADDRESS, 0, MemorySegment.ofAddress(handler));
        try {
            int rc = (int) SIGACTION.invokeExact(signal, action.address(), 0L);
            if (rc != 0) {
                throw new IllegalStateException("sigaction(" + signal + ") failed");
            }
        } catch (IllegalStateException e) {
            throw e;
        } catch (Throwable t) {
            throw new AssertionError("a downcall does not throw", t);
        }
    }

    private static MethodHandle link(String name, FunctionDescriptor descriptor) {
        Linker linker = Linker.nativeLinker();
        return linker.downcallHandle(linker.defaultLookup().findOrThrow(name), descriptor);
    }
}
