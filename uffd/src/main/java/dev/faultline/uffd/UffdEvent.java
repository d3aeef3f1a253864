package dev.faultline.uffd;

/** An event of a userfaultfd as a value. Source: {@code struct uffd_msg}, linux/userfaultfd.h, Linux 6.18. */
public sealed interface UffdEvent {
    /** {@return what it tells} */
    EventKind kind();

    /**
     * A thread waits for a page.
     *
     * @param flags {@link #WRITE}, {@link #WRITE_PROTECT}, {@link #MINOR}
     * @param address the page, or the byte with EXACT_ADDRESS
     * @param threadId the thread, or 0 without THREAD_ID
     */
    record PageFault(long flags, long address, int threadId) implements UffdEvent {
        /** The touch was a write. */
        public static final long WRITE = UffdIoctl.PAGEFAULT_FLAG_WRITE;
        /** The page is write-protected. */
        public static final long WRITE_PROTECT = UffdIoctl.PAGEFAULT_FLAG_WP;
        /** The file holds the page. */
        public static final long MINOR = UffdIoctl.PAGEFAULT_FLAG_MINOR;

        @Override
        public EventKind kind() {
            return EventKind.PAGE_FAULT;
        }
    }

    /**
     * The process forked.
     *
     * @param number of the child's userfaultfd, a descriptor on Linux
     */
    record Fork(int number) implements UffdEvent {
        @Override
        public EventKind kind() {
            return EventKind.FORK;
        }
    }

    /**
     * A mapping moved.
     *
     * @param from where it was
     * @param to where it is
     * @param lengthBytes its old length
     */
    record Remap(long from, long to, long lengthBytes) implements UffdEvent {
        @Override
        public EventKind kind() {
            return EventKind.REMAP;
        }
    }

    /**
     * Pages were given back.
     *
     * @param start the first byte
     * @param lengthBytes how much
     */
    record Remove(long start, long lengthBytes) implements UffdEvent {
        @Override
        public EventKind kind() {
            return EventKind.REMOVE;
        }
    }

    /**
     * A mapping is gone.
     *
     * @param start the first byte
     * @param lengthBytes how much
     */
    record Unmap(long start, long lengthBytes) implements UffdEvent {
        @Override
        public EventKind kind() {
            return EventKind.UNMAP;
        }
    }
}
