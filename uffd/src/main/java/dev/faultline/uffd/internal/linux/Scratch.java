package dev.faultline.uffd.internal.linux;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * A thread's private native memory for errno capture and ioctl arguments, so that two threads never share an errno and a
 * call on the hot path allocates nothing. JDK 25 slices the errno memory anew in each call, 40 bytes, which its
 * optimising compiler takes away again.
 */
public final class Scratch {
    /** Room for the largest kernel argument structure in use: struct statx takes all of it. */
    public static final int ARGUMENT_BYTES = 256;

    private static final ThreadLocal<Scratch> PER_THREAD = ThreadLocal.withInitial(Scratch::new);

    final MemorySegment errno;
    private final MemorySegment argument;

    private Scratch() {
        Arena arena = Arena.ofAuto();
        errno = arena.allocate(Syscall.CAPTURE_LAYOUT);
        argument = arena.allocate(ARGUMENT_BYTES, 8);
    }

    /** {@return the calling thread's scratch memory} */
    public static Scratch ofThisThread() {
        return PER_THREAD.get();
    }

    /** {@return {@value #ARGUMENT_BYTES} bytes for one call's argument structure; the next call may overwrite it} */
    public MemorySegment argument() {
        return argument;
    }
}
