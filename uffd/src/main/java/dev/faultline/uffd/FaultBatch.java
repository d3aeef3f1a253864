package dev.faultline.uffd;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** Room for the events of one read, reused from read to read. Belongs to the thread that made it. */
public final class FaultBatch implements AutoCloseable {
    private final Arena arena = Arena.ofConfined();
    private final MemorySegment messages;

    /**
     * Makes room.
     *
     * @param capacity how many events one read returns at most
     */
    public FaultBatch(int capacity) {
        messages = arena.allocate((long) capacity * UffdIoctl.MSG_BYTES, Long.BYTES);
    }

    MemorySegment messages() {
        return messages;
    }

    /**
     * {@return whether an event is a page fault; the other kinds come only if their feature was asked for}
     *
     * @param index the event's place in the batch
     */
    public boolean isPageFault(int index) {
        return messages.get(JAVA_BYTE, base(index)) == UffdIoctl.EVENT_PAGEFAULT;
    }

    /**
     * {@return the page that was touched, or the byte if EXACT_ADDRESS was asked for}
     *
     * @param index the event's place in the batch
     */
    public long address(int index) {
        return messages.get(JAVA_LONG, base(index) + UffdIoctl.MSG_ADDRESS_OFFSET);
    }

    /**
     * {@return whether the file holds the page and only the mapping lacks it}
     *
     * @param index the event's place in the batch
     */
    public boolean isMinor(int index) {
        return (flags(index) & UffdIoctl.PAGEFAULT_FLAG_MINOR) != 0;
    }

    /**
     * {@return whether the touch was a write}
     *
     * @param index the event's place in the batch
     */
    public boolean isWrite(int index) {
        return (flags(index) & UffdIoctl.PAGEFAULT_FLAG_WRITE) != 0;
    }

    /**
     * {@return whether it is a write to a protected page}
     *
     * @param index the event's place in the batch
     */
    public boolean isWriteProtect(int index) {
        return (flags(index) & UffdIoctl.PAGEFAULT_FLAG_WP) != 0;
    }

    /**
     * {@return the kernel thread that faulted, or 0 unless THREAD_ID was asked for}
     *
     * @param index the event's place in the batch
     */
    public int threadId(int index) {
        return messages.get(JAVA_INT, base(index) + UffdIoctl.MSG_THREAD_ID_OFFSET);
    }

    private long flags(int index) {
        return messages.get(JAVA_LONG, base(index) + UffdIoctl.MSG_FLAGS_OFFSET);
    }

    private static long base(int index) {
        return (long) index * UffdIoctl.MSG_BYTES;
    }

    @Override
    public void close() {
        arena.close();
    }
}
