package dev.faultline.uffd;

import java.lang.foreign.MemorySegment;
import java.util.Set;

/**
 * A userfaultfd: it reports the page faults of ranges of one process's memory, and resolves them. {@link LinuxUffd} is
 * the kernel's; the module {@code dev.faultline.model} has one in Java. A handler written against this runs on both.
 *
 * <p>It does not tell that the process whose memory it is has ended: there is never anything to read again, and the
 * calls answer TARGET_EXITED. {@link dev.faultline.uffd.os.Pidfd} tells.
 *
 * <p>The calls that resolve faults return an {@link Outcome} and throw nothing. All calls are safe for use by several
 * threads, and none of them allocates once it is compiled. Addresses are those of the process whose memory it is.
 *
 * <p>Flags and modes are numbers where the kernel's are: bits of a newer kernel are passed through. Source:
 * ioctl_userfaultfd(2), linux/userfaultfd.h, Linux 6.18.
 */
public interface Uffd extends AutoCloseable {
    /** Wakes nobody: the caller sends {@link #wake} itself. Of all resolving calls. */
    int DONT_WAKE = 1;
    /** The page comes write-protected, so that a tracked page stays clean. Of CONTINUE (6.4) and COPY (5.7). */
    int WRITE_PROTECTED = 2;
    /** A hole in the source is no error, and moves as a hole. Of MOVE (6.8). */
    int ALLOW_SOURCE_HOLES = 2;

    /**
     * Has faults in a range reported. Holes between mappings are passed over, as long as something is mapped. Pages that
     * are mapped already do not fault: register before the first touch, or take them off the page table by madvise(2)
     * with MADV_DONTNEED.
     *
     * <p>Modes are not changed by registering again: with some of the modes it has, nothing changes; with others they
     * replace those it has, until Linux 7.3 refuses it with EBUSY. Unregister first.
     *
     * @param address the first byte, page-aligned
     * @param lengthBytes a multiple of the page size
     * @param modes which faults
     * @return the calls that the kernel names for this range; decode it with {@link UffdCall#of}. It is a hint: MOVE is
     *     named for shmem, which it refuses, and CONTINUE works where it is not named
     * @throws dev.faultline.uffd.os.LinuxException EBUSY if another userfaultfd has the range, EINVAL if the memory does
     *     not support a mode or the range is not aligned or nothing is mapped there, EPERM for shared memory that can
     *     never be written, ENOMEM if the process has gone
     */
    default long register(long address, long lengthBytes, Set<RegisterMode> modes) {
        return register(address, lengthBytes, RegisterMode.mask(modes));
    }

    /**
     * As {@link #register(long, long, Set)}, with the modes as bits, for modes of newer kernels.
     *
     * @param address the first byte, page-aligned
     * @param lengthBytes a multiple of the page size
     * @param modeBits UFFDIO_REGISTER_MODE_*
     * @return the calls that the kernel names for this range
     */
    long register(long address, long lengthBytes, long modeBits);

    /**
     * Ends the reporting of a range and wakes every thread that waits in it. The wake is not optional: the kernel itself
     * wakes waiters of ranges with MISSING only, and those of a minor fault would wait for ever.
     *
     * @param address the first byte
     * @param lengthBytes a multiple of the page size
     * @throws dev.faultline.uffd.os.LinuxException EINVAL if nothing is mapped there or it is another userfaultfd's,
     *     ENOMEM if the process has gone
     */
    void unregister(long address, long lengthBytes);

    /**
     * Maps pages that the file already holds: "the content is right, carry on". UFFDIO_CONTINUE, Linux 5.13.
     *
     * @param address the first page
     * @param lengthBytes a multiple of the page size
     * @param flags {@link #DONT_WAKE}, {@link #WRITE_PROTECTED}, or 0
     * @return how it ended; NO_PAGE is a hole of the file
     */
    Outcome continuePages(long address, long lengthBytes, int flags);

    /**
     * Makes new pages with the given content and maps them. UFFDIO_COPY.
     *
     * @param target the first page
     * @param source the content, in the calling process: native memory, at least as long. It need not be aligned
     * @param lengthBytes a multiple of the page size
     * @param flags {@link #DONT_WAKE}, {@link #WRITE_PROTECTED}, or 0
     * @return how it ended; NO_PAGE if the source cannot be read
     */
    Outcome copy(long target, MemorySegment source, long lengthBytes, int flags);

    /**
     * Maps pages of zeros where nothing is. Not for hugetlbfs, where it is EINVAL. UFFDIO_ZEROPAGE.
     *
     * @param address the first page
     * @param lengthBytes a multiple of the page size
     * @param flags {@link #DONT_WAKE} or 0
     * @return how it ended; ALREADY_MAPPED also when a shared file holds the page
     */
    Outcome zeroPages(long address, long lengthBytes, int flags);

    /**
     * Moves pages of private anonymous memory to another address, without copying. Both ranges are of one process, which
     * is the caller: from another process it is EINVAL. UFFDIO_MOVE, Linux 6.8.
     *
     * @param target the first page, registered
     * @param source the first page to move
     * @param lengthBytes a multiple of the page size
     * @param flags {@link #DONT_WAKE}, {@link #ALLOW_SOURCE_HOLES}, or 0
     * @return how it ended; GONE is a hole of the source, REFUSED with EBUSY a pinned or shared page, with EINVAL any
     *     other memory, or a target that is not registered
     */
    Outcome move(long target, long source, long lengthBytes, int flags);

    /**
     * Protects pages from writing, or lifts it and wakes who waits for that. Not atomic over a range that is partly
     * registered: the earlier part may have been protected when it fails. UFFDIO_WRITEPROTECT, Linux 5.7.
     *
     * @param address the first page, in a range registered with WRITE_PROTECT
     * @param lengthBytes a multiple of the page size
     * @param on whether to protect
     * @param flags {@link #DONT_WAKE} or 0; to protect wakes nobody anyhow, and with DONT_WAKE is EINVAL
     * @return how it ended; GONE if a part is not registered for it
     */
    Outcome writeProtect(long address, long lengthBytes, boolean on, int flags);

    /**
     * Poisons pages: a touch is a SIGBUS, an access of the kernel EFAULT. It outlives the registration. UFFDIO_POISON,
     * Linux 6.6.
     *
     * @param address the first page
     * @param lengthBytes a multiple of the page size
     * @param flags {@link #DONT_WAKE} or 0
     * @return how it ended; ALREADY_MAPPED for a page that is mapped, protected or poisoned
     */
    Outcome poison(long address, long lengthBytes, int flags);

    /**
     * Wakes every thread that waits for a page of a range; each touches its page again. UFFDIO_WAKE.
     *
     * @param address the first page
     * @param lengthBytes a multiple of the page size
     * @return how it ended; REFUSED with EINVAL for a range that is not aligned, empty, or no user memory
     */
    Outcome wake(long address, long lengthBytes);

    /**
     * Takes the events that are there, without waiting. Faults come before older events of other kinds, and each comes to
     * one reader only. A FORK brings a descriptor: take it by {@link #takeForked}, or it stays open.
     *
     * @param batch where they go
     * @return how many, 0 if there are none; another reader may have been faster
     * @throws dev.faultline.uffd.os.LinuxException as read(2)
     */
    int read(EventBatch batch);

    /**
     * {@return the userfaultfd of the child that a FORK event announced, which belongs to the caller} It has the parent's
     * features, and the child's memory is registered with it as the parent's is with this one.
     *
     * @param batch a batch that this userfaultfd read
     * @param index the event's place; each event is taken once
     */
    Uffd takeForked(EventBatch batch, int index);

    /** {@return how one thread can wait for events, and another end the wait} */
    UffdWaiter newWaiter();

    /**
     * {@return the page faults that nobody has read, and those that are not resolved} For a watchdog: a fault that
     * stays unresolved is a thread that stands still.
     */
    UffdBacklog backlog();

    /**
     * Ends it; nobody may be in a call of it. While a range is registered and no other descriptor of it is open, waiting
     * and later touches go through with whatever the file holds: unregister first.
     */
    @Override
    void close();
}
