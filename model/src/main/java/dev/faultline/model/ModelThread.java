package dev.faultline.model;

import dev.faultline.model.memory.AddressSpace;
import dev.faultline.model.schedule.Sleeper;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/**
 * A thread of a process. It does one thing at a time: called directly, in the caller's own thread, or started, beside
 * others. What touches memory may have to wait, as in the kernel. System calls return a value or {@code -errno}.
 */
public final class ModelThread {
    /** The mapping may be moved. */
    public static final int MREMAP_MAYMOVE = Remapping.MAY_MOVE;
    /** It is to be moved to a given address, instead of what is there. */
    public static final int MREMAP_FIXED = Remapping.FIXED;
    /** Its pages are moved, and an empty mapping stays (5.7). */
    public static final int MREMAP_DONTUNMAP = Remapping.DONT_UNMAP;

    private final ModelProcess process;
    private final ModelKernel kernel;
    private final int id;
    private @Nullable Sleeper sleeper;
    private @Nullable ModelTask<?> task;

    ModelThread(ModelProcess process, int id) {
        this.process = process;
        this.id = id;
        kernel = process.kernel();
    }

    /** {@return its thread id} */
    public int id() {
        return id;
    }

    /** {@return its process} */
    public ModelProcess process() {
        return process;
    }

    AddressSpace space() {
        return process.space();
    }

    /**
     * Loads a byte.
     *
     * @param address where
     * @return the byte
     * @throws SigbusException for the signal
     * @throws SegfaultException for the signal
     */
    public byte load(long address) {
        MemorySegment data = MemorySegment.ofArray(new byte[1]);
        read(address, data);
        return data.get(ValueLayout.JAVA_BYTE, 0);
    }

    /**
     * Stores a byte.
     *
     * @param address where
     * @param value the byte
     * @throws SigbusException for the signal
     * @throws SegfaultException for the signal
     */
    public void store(long address, byte value) {
        write(address, MemorySegment.ofArray(new byte[] {value}));
    }

    /**
     * Loads, page by page.
     *
     * @param address where
     * @param target where to, filled to its end
     * @throws SigbusException for the signal
     * @throws SegfaultException for the signal
     */
    public void read(long address, MemorySegment target) {
        kernel.call("loads", () -> {
            kernel.access().byUser(this, address, target, false);
            return 0;
        });
    }

    /**
     * Stores, page by page.
     *
     * @param address where
     * @param source what, to its end
     * @throws SigbusException for the signal
     * @throws SegfaultException for the signal
     */
    public void write(long address, MemorySegment source) {
        kernel.call("stores", () -> {
            kernel.access().byUser(this, address, source, true);
            return 0;
        });
    }

    /**
     * Has the kernel read its memory, as write(2) to a file does.
     *
     * @param address where
     * @param target where to
     * @return the bytes done, or {@code -EFAULT} if none was
     */
    public long kernelRead(long address, MemorySegment target) {
        return kernelRead(process, address, target);
    }

    /**
     * Has the kernel write its memory, as read(2) from a file does.
     *
     * @param address where
     * @param source what
     * @return the bytes done, or {@code -EFAULT} if none was
     */
    public long kernelWrite(long address, MemorySegment source) {
        return kernelWrite(process, address, source);
    }

    /**
     * Has the kernel read a process's memory: process_vm_readv(2).
     *
     * @param of the process
     * @param address where
     * @param target where to
     * @return the bytes done, or {@code -EFAULT} if none was
     */
    public long kernelRead(ModelProcess of, long address, MemorySegment target) {
        return kernel.call(
                "has the kernel read", () -> kernel.access().byKernel(this, of.space(), address, target, false));
    }

    /**
     * Has the kernel write a process's memory: process_vm_writev(2).
     *
     * @param of the process
     * @param address where
     * @param source what
     * @return the bytes done, or {@code -EFAULT} if none was
     */
    public long kernelWrite(ModelProcess of, long address, MemorySegment source) {
        return kernel.call(
                "has the kernel write", () -> kernel.access().byKernel(this, of.space(), address, source, true));
    }

    /**
     * Maps memory: mmap(2).
     *
     * @param request what and where
     * @return the address, or {@code -errno}
     */
    public long mmap(MapRequest request) {
        return kernel.call("mmap", () -> kernel.mapping().map(this, request));
    }

    /**
     * Unmaps memory: munmap(2).
     *
     * @param address the first page
     * @param lengthBytes how much
     * @return 0 or {@code -errno}
     */
    public long munmap(long address, long lengthBytes) {
        return kernel.call("munmap", () -> kernel.mapping().unmap(this, address, lengthBytes));
    }

    /**
     * Changes the protection: mprotect(2).
     *
     * @param address the first page
     * @param lengthBytes how much
     * @param protection {@link MapRequest#READ}, {@link MapRequest#WRITE}, {@link MapRequest#EXECUTE}, or 0
     * @return 0 or {@code -errno}
     */
    public long mprotect(long address, long lengthBytes, int protection) {
        return kernel.call("mprotect", () -> kernel.mapping().protect(this, address, lengthBytes, protection));
    }

    /**
     * Gives advice: madvise(2).
     *
     * @param address the first page
     * @param lengthBytes how much
     * @param advice what
     * @return 0 or {@code -errno}
     */
    public long madvise(long address, long lengthBytes, Advice advice) {
        return kernel.call(
                "madvise(" + advice + ")", () -> kernel.advising().advise(this, address, lengthBytes, advice));
    }

    /**
     * Moves or resizes a mapping: mremap(2).
     *
     * @param address the first page
     * @param oldLengthBytes how much of it
     * @param newLengthBytes the new length
     * @param flags {@link #MREMAP_MAYMOVE}, {@link #MREMAP_FIXED}, {@link #MREMAP_DONTUNMAP}
     * @param newAddress where to, with MREMAP_FIXED
     * @return the address, or {@code -errno}
     */
    public long mremap(long address, long oldLengthBytes, long newLengthBytes, int flags, long newAddress) {
        return kernel.call(
                "mremap",
                () -> kernel.remapping().remap(this, address, oldLengthBytes, newLengthBytes, flags, newAddress));
    }

    /**
     * Makes a child process: fork(2).
     *
     * @return the child, which has no thread until it is given one
     */
    public ModelProcess fork() {
        return kernel.call("fork", () -> {
            ModelProcess child = new ModelProcess(kernel, kernel.nextId());
            kernel.forking().fork(this, child.space());
            return child;
        });
    }

    /**
     * Does something beside others.
     *
     * @param <T> what it results in
     * @param body what; it calls this thread
     * @return what becomes of it
     * @throws IllegalStateException if what it was told before has not ended
     */
    public <T extends @Nullable Object> ModelTask<T> start(Callable<T> body) {
        if (task != null && !task.isDone()) {
            throw new IllegalStateException("thread " + id + " does something else");
        }
        ModelTask<T> started = new ModelTask<>(this);
        task = started;
        started.start(this, body);
        return started;
    }

    /**
     * Does something beside others that results in nothing.
     *
     * @param body what; it calls this thread
     * @return what becomes of it
     * @throws IllegalStateException if what it was told before has not ended
     */
    public ModelTask<@Nullable Void> start(Runnable body) {
        return start(() -> {
            body.run();
            return null;
        });
    }

    /** Sends it a signal that it handles: if it waits for a page, it touches it again, which is a new message. */
    public void interrupt() {
        kernel.call("kill", () -> {
            Sleeper current = sleeper;
            if (current != null && current.reason() == Sleeper.Reason.FAULT) {
                kernel.turns().wake(current);
            }
            return 0;
        });
    }

    /** Waits; others have the kernel meanwhile. */
    void sleep(Sleeper newSleeper) {
        sleeper = newSleeper;
        try {
            kernel.turns().sleep(newSleeper);
        } finally {
            sleeper = null;
        }
        requireAlive();
    }

    void requireAlive() {
        if (!space().isAlive()) {
            throw new ProcessExitedException(process.id());
        }
    }

    /** Ends its wait, because its process has ended. */
    void wakeForGood() {
        if (sleeper != null) {
            kernel.turns().wake(sleeper);
        }
    }
}
