package dev.faultline.uffd;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * Room for the events of one read, reused from read to read, in the kernel's layout. Belongs to the thread that made it.
 * Only the questions that go with an event's {@link #kind} have an answer.
 */
public final class EventBatch implements AutoCloseable {
    private final Arena arena = Arena.ofConfined();
    private final MemorySegment messages;
    private final int capacity;

    /**
     * Makes room.
     *
     * @param capacity how many events one read returns at most, 1 or more
     */
    public EventBatch(int capacity) {
        if (capacity < 1) {
            throw new IllegalArgumentException("a batch for " + capacity + " events holds none");
        }
        this.capacity = capacity;
        messages = arena.allocate((long) capacity * UffdIoctl.MSG_BYTES, Long.BYTES);
    }

    MemorySegment messages() {
        return messages;
    }

    /** {@return how many events one read returns at most} */
    public int capacity() {
        return capacity;
    }

    /**
     * {@return what an event tells}
     *
     * @param index the event's place in the batch
     */
    public EventKind kind(int index) {
        return EventKind.of(messages.get(JAVA_BYTE, base(index)));
    }

    /**
     * {@return whether an event is a page fault; the other kinds come only if their feature was asked for}
     *
     * @param index the event's place in the batch
     */
    public boolean isPageFault(int index) {
        return kind(index) == EventKind.PAGE_FAULT;
    }

    /**
     * {@return of a page fault: the page that was touched, or the byte if EXACT_ADDRESS was asked for}
     *
     * @param index the event's place in the batch
     */
    public long address(int index) {
        return messages.get(JAVA_LONG, base(index) + UffdIoctl.MSG_ADDRESS_OFFSET);
    }

    /**
     * {@return of a page fault: whether the file holds the page and only the mapping lacks it}
     *
     * @param index the event's place in the batch
     */
    public boolean isMinor(int index) {
        return (flags(index) & UffdIoctl.PAGEFAULT_FLAG_MINOR) != 0;
    }

    /**
     * {@return of a page fault: whether the touch was a write}
     *
     * @param index the event's place in the batch
     */
    public boolean isWrite(int index) {
        return (flags(index) & UffdIoctl.PAGEFAULT_FLAG_WRITE) != 0;
    }

    /**
     * {@return of a page fault: whether it is a write to a protected page}
     *
     * @param index the event's place in the batch
     */
    public boolean isWriteProtect(int index) {
        return (flags(index) & UffdIoctl.PAGEFAULT_FLAG_WP) != 0;
    }

    /**
     * {@return of a page fault: its flags as the kernel has them, those of newer kernels included}
     *
     * @param index the event's place in the batch
     */
    public long flags(int index) {
        return messages.get(JAVA_LONG, base(index) + UffdIoctl.MSG_FLAGS_OFFSET);
    }

    /**
     * {@return of a page fault: the kernel thread that faulted, or 0 unless THREAD_ID was asked for}
     *
     * @param index the event's place in the batch
     */
    public int threadId(int index) {
        return messages.get(JAVA_INT, base(index) + UffdIoctl.MSG_THREAD_ID_OFFSET);
    }

    /**
     * {@return of a REMAP, REMOVE or UNMAP: the first byte of the range, for REMAP where it was}
     *
     * @param index the event's place in the batch
     */
    public long start(int index) {
        return messages.get(JAVA_LONG, base(index) + UffdIoctl.MSG_START_OFFSET);
    }

    /**
     * {@return of a REMAP, REMOVE or UNMAP: the range's length in bytes}
     *
     * @param index the event's place in the batch
     */
    public long lengthBytes(int index) {
        return kind(index) == EventKind.REMAP
                ? messages.get(JAVA_LONG, base(index) + UffdIoctl.MSG_REMAP_LENGTH_OFFSET)
                : messages.get(JAVA_LONG, base(index) + UffdIoctl.MSG_END_OFFSET) - start(index);
    }

    /**
     * {@return of a REMAP: where the range is now}
     *
     * @param index the event's place in the batch
     */
    public long movedTo(int index) {
        return messages.get(JAVA_LONG, base(index) + UffdIoctl.MSG_REMAP_TO_OFFSET);
    }

    /** {@return of a FORK: the number of the child's userfaultfd, for {@link Uffd#takeForked}} */
    int forked(int index) {
        return messages.get(JAVA_INT, base(index) + UffdIoctl.MSG_FORK_FD_OFFSET);
    }

    /**
     * Puts an event in, as the kernel would. For implementations of {@link Uffd}.
     *
     * @param index the event's place in the batch
     * @param event the event
     */
    public void put(int index, UffdEvent event) {
        long base = base(index);
        messages.asSlice(base, UffdIoctl.MSG_BYTES).fill((byte) 0);
        messages.set(JAVA_BYTE, base, event.kind().code());
        switch (event) {
            case UffdEvent.PageFault fault -> {
                messages.set(JAVA_LONG, base + UffdIoctl.MSG_FLAGS_OFFSET, fault.flags());
                messages.set(JAVA_LONG, base + UffdIoctl.MSG_ADDRESS_OFFSET, fault.address());
                messages.set(JAVA_INT, base + UffdIoctl.MSG_THREAD_ID_OFFSET, fault.threadId());
            }
            case UffdEvent.Fork fork -> messages.set(JAVA_INT, base + UffdIoctl.MSG_FORK_FD_OFFSET, fork.number());
            case UffdEvent.Remap remap -> {
                messages.set(JAVA_LONG, base + UffdIoctl.MSG_START_OFFSET, remap.from());
                messages.set(JAVA_LONG, base + UffdIoctl.MSG_REMAP_TO_OFFSET, remap.to());
                messages.set(JAVA_LONG, base + UffdIoctl.MSG_REMAP_LENGTH_OFFSET, remap.lengthBytes());
            }
            case UffdEvent.Remove remove -> putRange(base, remove.start(), remove.lengthBytes());
            case UffdEvent.Unmap unmap -> putRange(base, unmap.start(), unmap.lengthBytes());
        }
    }

    private void putRange(long base, long start, long lengthBytes) {
        messages.set(JAVA_LONG, base + UffdIoctl.MSG_START_OFFSET, start);
        messages.set(JAVA_LONG, base + UffdIoctl.MSG_END_OFFSET, start + lengthBytes);
    }

    /**
     * {@return an event as a value, for those who need not avoid allocation}
     *
     * @param index the event's place in the batch
     * @throws IllegalStateException for an event of a newer kernel
     */
    public UffdEvent event(int index) {
        return switch (kind(index)) {
            case PAGE_FAULT -> new UffdEvent.PageFault(flags(index), address(index), threadId(index));
            case FORK -> new UffdEvent.Fork(forked(index));
            case REMAP -> new UffdEvent.Remap(start(index), movedTo(index), lengthBytes(index));
            case REMOVE -> new UffdEvent.Remove(start(index), lengthBytes(index));
            case UNMAP -> new UffdEvent.Unmap(start(index), lengthBytes(index));
            case UNKNOWN -> throw new IllegalStateException("an event of a newer kernel");
        };
    }

    private static long base(int index) {
        return (long) index * UffdIoctl.MSG_BYTES;
    }

    @Override
    public void close() {
        arena.close();
    }
}
