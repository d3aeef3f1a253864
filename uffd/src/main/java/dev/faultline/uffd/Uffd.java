package dev.faultline.uffd;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.faultline.uffd.internal.linux.Errno;
import dev.faultline.uffd.internal.linux.LibC;
import dev.faultline.uffd.internal.linux.Scratch;
import dev.faultline.uffd.os.Fd;
import dev.faultline.uffd.os.LinuxException;
import java.lang.foreign.MemorySegment;
import java.util.Set;

/**
 * A userfaultfd: it acts on the address space of the process that opened it, from whichever process holds it.
 *
 * <p>The resolving calls ({@link #continuePages}, {@link #copy}, {@link #zeroPages}) return the number of bytes done, or
 * {@code -errno}. Fewer bytes than asked for means that the kernel stopped at a page: ask again from there to learn why.
 * {@code -EAGAIN} means that the address space is changing and nothing was done: ask again a little later, from a timer.
 * None of them allocates once it is compiled; until then the JVM takes 40 bytes a call to hand errno over. All are safe
 * for use by several threads. Source: ioctl_userfaultfd(2), linux/userfaultfd.h, Linux 6.18.
 */
public final class Uffd implements AutoCloseable {
    /** Maps or fills nobody awake: the caller sends {@link #wake} itself. */
    public static final int DONT_WAKE = 1;
    /** The page comes write-protected, so that a tracked page stays clean. */
    public static final int WRITE_PROTECTED = 2;

    /** Returned negated: the page is mapped already. Nobody is woken; follow it with {@link #wake}. */
    public static final int EEXIST = Errno.EEXIST;
    /** Returned negated: the file has no page there (CONTINUE). */
    public static final int EFAULT = Errno.EFAULT;
    /** Returned negated: the range is not registered, or crosses a mapping's end. */
    public static final int ENOENT = Errno.ENOENT;
    /** Returned negated: the process whose memory it is has gone. */
    public static final int ESRCH = Errno.ESRCH;
    /** Returned negated: the address space is changing. */
    public static final int EAGAIN = Errno.EAGAIN;
    /** Returned negated: the call does not go with this memory, or is not aligned to its pages. */
    public static final int EINVAL = Errno.EINVAL;

    private final Fd fd;

    private Uffd(Fd fd) {
        this.fd = fd;
    }

    /**
     * Opens a userfaultfd for this process's memory, non-blocking and close-on-exec.
     *
     * @param features what it must be able to do
     * @return the userfaultfd
     * @throws LinuxException EPERM or EACCES without the permission, EINVAL if the kernel lacks a feature, ENOSYS if it
     *     has no userfaultfd; the message names the remedy
     */
    public static Uffd open(Set<UffdFeature> features) {
        return new Uffd(UffdOpener.openWith(features));
    }

    /**
     * Takes a userfaultfd that another process opened and shook hands on.
     *
     * @param fd its descriptor, owned by the userfaultfd from now on
     * @return the userfaultfd
     */
    public static Uffd adopt(Fd fd) {
        return new Uffd(fd);
    }

    /**
     * {@return the features of this kernel, learnt from a descriptor that is thrown away}
     *
     * @throws LinuxException as {@link #open}
     */
    public static Set<UffdFeature> kernelFeatures() {
        try (Fd probe = UffdOpener.open()) {
            return UffdFeature.of(UffdOpener.handshake(probe, 0));
        }
    }

    /** {@return the descriptor, for waiting on it and for passing it on} */
    public Fd fd() {
        return fd;
    }

    /**
     * Has faults in a range reported.
     *
     * @param address the first byte, page-aligned
     * @param lengthBytes a multiple of the page size
     * @param modes which faults
     * @throws LinuxException EBUSY if another userfaultfd has the range, EINVAL if the memory does not support a mode or
     *     the range is not aligned, ENOMEM if the process has gone
     */
    public void register(long address, long lengthBytes, Set<RegisterMode> modes) {
        long result = ioctl(UffdIoctl.REGISTER, address, lengthBytes, RegisterMode.mask(modes), 0);
        LinuxException.check(result, describe("UFFDIO_REGISTER " + modes, address, lengthBytes));
    }

    /**
     * Ends the reporting of a range and wakes every thread that waits in it. The wake is not optional: the kernel itself
     * wakes waiters of missing faults only, and those of a minor fault would wait for ever.
     *
     * @param address the first byte
     * @param lengthBytes a multiple of the page size
     * @throws LinuxException EINVAL if nothing is mapped there or it is another userfaultfd's
     */
    public void unregister(long address, long lengthBytes) {
        long result = ioctl(UffdIoctl.UNREGISTER, address, lengthBytes, 0, 0);
        wake(address, lengthBytes);
        LinuxException.check(result, describe("UFFDIO_UNREGISTER", address, lengthBytes));
    }

    /**
     * Maps pages that the file already holds: "the content is right, carry on".
     *
     * @param address the first page
     * @param lengthBytes a multiple of the page size
     * @param flags {@link #DONT_WAKE}, {@link #WRITE_PROTECTED}, or 0
     * @return bytes mapped, or {@code -EEXIST}, {@code -EFAULT} (a hole), {@code -ENOENT}, {@code -EAGAIN},
     *     {@code -EINVAL}, {@code -ESRCH}
     */
    public long continuePages(long address, long lengthBytes, int flags) {
        return fill(UffdIoctl.CONTINUE, address, lengthBytes, flags, lengthBytes);
    }

    /**
     * Maps new pages of zeros where nothing is. Not for hugetlbfs.
     *
     * @param address the first page
     * @param lengthBytes a multiple of the page size
     * @param flags {@link #DONT_WAKE} or 0
     * @return bytes done, or {@code -EEXIST} (also when the file holds the page), {@code -ENOENT}, {@code -EAGAIN},
     *     {@code -EINVAL} (hugetlbfs), {@code -ESRCH}
     */
    public long zeroPages(long address, long lengthBytes, int flags) {
        return fill(UffdIoctl.ZEROPAGE, address, lengthBytes, flags, lengthBytes);
    }

    /**
     * Makes new pages with the given content and maps them.
     *
     * @param target the first page, in the memory of the userfaultfd's process
     * @param source where the content is, in the memory of the calling process
     * @param lengthBytes a multiple of the page size
     * @param flags {@link #DONT_WAKE}, {@link #WRITE_PROTECTED}, or 0
     * @return bytes done, or {@code -EEXIST}, {@code -EFAULT} (the source), {@code -ENOENT}, {@code -EAGAIN},
     *     {@code -EINVAL}, {@code -ESRCH}
     */
    public long copy(long target, long source, long lengthBytes, int flags) {
        MemorySegment argument = Scratch.ofThisThread().argument();
        argument.set(JAVA_LONG, 0, target);
        argument.set(JAVA_LONG, 8, source);
        argument.set(JAVA_LONG, 16, lengthBytes);
        argument.set(JAVA_LONG, 24, flags);
        argument.set(JAVA_LONG, 32, 0);
        long result = LibC.ioctl(fd.number(), UffdIoctl.COPY, argument.address());
        return outcome(result, argument.get(JAVA_LONG, 32), lengthBytes);
    }

    /**
     * Wakes every thread that waits for a page of a range; each touches its page again.
     *
     * @param address the first page
     * @param lengthBytes a multiple of the page size
     * @return 0, or {@code -EINVAL} for a range that is no user memory
     */
    public long wake(long address, long lengthBytes) {
        return ioctl(UffdIoctl.WAKE, address, lengthBytes, 0, 0);
    }

    /**
     * Protects pages from writing, or lifts it.
     *
     * @param address the first page, in a range registered with WRITE_PROTECT
     * @param lengthBytes a multiple of the page size
     * @param on whether to protect
     * @throws LinuxException ENOENT if a part is not registered so; an earlier part may have been protected by then
     */
    public void writeProtect(long address, long lengthBytes, boolean on) {
        long result;
        do {
            long mode = on ? UffdIoctl.WRITEPROTECT_MODE_WP : 0;
            result = ioctl(UffdIoctl.WRITEPROTECT, address, lengthBytes, mode, 0);
        } while (result == -Errno.EINTR);
        LinuxException.check(result, describe("UFFDIO_WRITEPROTECT on=" + on, address, lengthBytes));
    }

    /**
     * Takes the events that are there, without waiting.
     *
     * @param batch where they go
     * @return how many, 0 if there are none; another reader may have been faster
     * @throws LinuxException as read(2)
     */
    public int read(FaultBatch batch) {
        MemorySegment messages = batch.messages();
        long result = LibC.read(fd.number(), messages.address(), messages.byteSize());
        if (result == -Errno.EAGAIN || result == -Errno.EINTR) {
            return 0;
        }
        return (int) (LinuxException.check(result, "read(userfaultfd)") / UffdIoctl.MSG_BYTES);
    }

    /**
     * Closes this process's descriptor. While a range is registered and no other descriptor is open, the kernel then
     * lets waiting and later touches through with whatever the file holds: unregister first.
     */
    @Override
    public void close() {
        fd.close();
    }

    private long fill(long request, long address, long lengthBytes, int flags, long asked) {
        long result = ioctl(request, address, lengthBytes, flags, 0);
        return outcome(result, Scratch.ofThisThread().argument().get(JAVA_LONG, 24), asked);
    }

    /** EAGAIN has two meanings: stopped on the way (the field counts bytes), or not begun (the field is negative). */
    private static long outcome(long result, long field, long asked) {
        if (result >= 0) {
            return asked;
        }
        return result == -Errno.EAGAIN && field > 0 ? field : result;
    }

    private long ioctl(long request, long first, long second, long third, long fourth) {
        MemorySegment argument = Scratch.ofThisThread().argument();
        argument.set(JAVA_LONG, 0, first);
        argument.set(JAVA_LONG, 8, second);
        argument.set(JAVA_LONG, 16, third);
        argument.set(JAVA_LONG, 24, fourth);
        return LibC.ioctl(fd.number(), request, argument.address());
    }

    private static String describe(String call, long address, long lengthBytes) {
        return String.format("ioctl(%s, address=0x%x, lengthBytes=%d)", call, address, lengthBytes);
    }
}
