package dev.faultline.uffd;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.faultline.uffd.internal.linux.Errno;
import dev.faultline.uffd.internal.linux.LibC;
import dev.faultline.uffd.internal.linux.Scratch;
import dev.faultline.uffd.os.Fd;
import dev.faultline.uffd.os.LinuxException;
import dev.faultline.uffd.os.Pidfd;
import java.lang.foreign.MemorySegment;
import java.lang.ref.Reference;
import java.util.Set;

/**
 * A userfaultfd of the kernel: it acts on the address space of the process that opened it, from whichever process holds
 * it. Non-blocking and close-on-exec. What is called for each fault allocates nothing unless it fails: errno, which costs
 * 40 bytes, is asked for by a second call.
 */
public final class LinuxUffd implements Uffd {
    private final Fd fd;

    private LinuxUffd(Fd fd) {
        this.fd = fd;
    }

    /**
     * Opens a userfaultfd for this process's memory.
     *
     * @param features what it must be able to do
     * @return the userfaultfd
     * @throws LinuxException EPERM or EACCES without the permission, EINVAL if the kernel lacks a feature, ENOSYS if it
     *     has no userfaultfd; the message names the remedy
     */
    public static LinuxUffd open(Set<UffdFeature> features) {
        return open(UffdFeature.mask(features), false);
    }

    /**
     * As {@link #open(Set)}, with features of newer kernels, and with a choice of whose faults it serves.
     *
     * @param featureBits UFFD_FEATURE_*
     * @param userModeOnly serve faults of user code only, for which no permission is needed (5.11). The kernel's own
     *     accesses, a vCPU's included, then fail with EFAULT
     * @return the userfaultfd
     * @throws LinuxException as {@link #open(Set)}
     */
    public static LinuxUffd open(long featureBits, boolean userModeOnly) {
        return new LinuxUffd(UffdOpener.openWith(featureBits, userModeOnly));
    }

    /**
     * Takes a userfaultfd that another process opened and shook hands on, come by SCM_RIGHTS, pidfd_getfd or an event.
     *
     * @param fd its descriptor, owned by the userfaultfd from now on
     * @return the userfaultfd
     */
    public static LinuxUffd adopt(Fd fd) {
        return new LinuxUffd(fd);
    }

    /**
     * Takes a userfaultfd that another process opened and nobody shook hands on, and shakes hands.
     *
     * @param fd its descriptor; the userfaultfd owns it from now on, and closes it also when it fails
     * @param featureBits UFFD_FEATURE_*
     * @return the userfaultfd
     * @throws LinuxException EINVAL if the kernel lacks a feature, or somebody did shake hands
     */
    public static LinuxUffd adoptNew(Fd fd, long featureBits) {
        try {
            UffdOpener.handshake(fd, featureBits);
            return new LinuxUffd(fd);
        } catch (LinuxException e) {
            fd.close();
            throw e;
        }
    }

    /**
     * Takes a userfaultfd out of another process by pidfd_getfd(2): both have it then.
     *
     * @param processId the process
     * @param number the descriptor's number there, as /proc/PID/fd shows it
     * @return the userfaultfd
     * @throws LinuxException as {@link Pidfd#open} and {@link Pidfd#takeFd}
     * @throws IllegalArgumentException if it is no userfaultfd, or was opened without O_NONBLOCK: the kernel would answer
     *     every wait for it with an error
     */
    public static LinuxUffd takeFrom(long processId, int number) {
        try (Pidfd process = Pidfd.open(processId)) {
            Fd fd = process.takeFd(number);
            String problem = Fdinfo.problemOf(fd);
            if (!problem.isEmpty()) {
                fd.close();
                throw new IllegalArgumentException("descriptor " + number + " of process " + processId + " " + problem);
            }
            return adopt(fd);
        }
    }

    /**
     * {@return the features of this kernel, learnt from a descriptor that is thrown away}
     *
     * @throws LinuxException as {@link #open(Set)}
     */
    public static Set<UffdFeature> kernelFeatures() {
        return UffdFeature.of(kernelFeatureBits());
    }

    /**
     * {@return the features of this kernel as bits, those of newer kernels included}
     *
     * @throws LinuxException as {@link #open(Set)}
     */
    public static long kernelFeatureBits() {
        try (Fd probe = UffdOpener.open(false)) {
            return UffdOpener.handshake(probe, 0);
        }
    }

    /** {@return the descriptor, for waiting on it and for passing it on} */
    public Fd fd() {
        return fd;
    }

    @Override
    public long register(long address, long lengthBytes, long modeBits) {
        long result = ioctl(UffdIoctl.REGISTER, address, lengthBytes, modeBits, 0);
        if (result < 0) {
            String call = "UFFDIO_REGISTER modes=0x" + Long.toHexString(modeBits);
            throw new LinuxException(
                    describe(call, address, lengthBytes), (int) -result, registerRemedy((int) -result));
        }
        return Scratch.ofThisThread().argument().get(JAVA_LONG, 24);
    }

    private static String registerRemedy(int errno) {
        return switch (errno) {
            case Errno.EBUSY -> "Another userfaultfd has this memory: a range has one at a time";
            case Errno.EINVAL ->
                "Minor faults need a memfd, tmpfs or hugetlbfs, and the range whole pages with something mapped";
            case Errno.EPERM -> "Shared memory that can never be written cannot be registered";
            case Errno.ENOMEM -> "The process whose memory it is has gone, or has too many mappings";
            default -> "";
        };
    }

    @Override
    public void unregister(long address, long lengthBytes) {
        long result = ioctl(UffdIoctl.UNREGISTER, address, lengthBytes, 0, 0);
        wake(address, lengthBytes);
        if (result < 0) {
            throw new LinuxException(describe("UFFDIO_UNREGISTER", address, lengthBytes), (int) -result, "");
        }
    }

    @Override
    public Outcome continuePages(long address, long lengthBytes, int flags) {
        return fill(UffdIoctl.CONTINUE, address, lengthBytes, flags);
    }

    @Override
    public Outcome zeroPages(long address, long lengthBytes, int flags) {
        return fill(UffdIoctl.ZEROPAGE, address, lengthBytes, flags);
    }

    @Override
    public Outcome poison(long address, long lengthBytes, int flags) {
        return fill(UffdIoctl.POISON, address, lengthBytes, flags);
    }

    @Override
    public Outcome copy(long target, MemorySegment source, long lengthBytes, int flags) {
        if (!source.isNative() || source.byteSize() < lengthBytes) {
            throw new IllegalArgumentException(
                    "the source of a COPY of " + lengthBytes + " bytes is no native memory of that length: " + source);
        }
        try {
            return transfer(UffdIoctl.COPY, target, source.address(), lengthBytes, flags);
        } finally {
            Reference.reachabilityFence(source);
        }
    }

    @Override
    public Outcome move(long target, long source, long lengthBytes, int flags) {
        return transfer(UffdIoctl.MOVE, target, source, lengthBytes, flags);
    }

    @Override
    public Outcome writeProtect(long address, long lengthBytes, boolean on, int flags) {
        if ((flags & Uffd.WRITE_PROTECTED) != 0) {
            return Outcome.failure(Errno.EINVAL, false); // its bit means something else in this call
        }
        long mode = (on ? UffdIoctl.WRITEPROTECT_MODE_WP : 0)
                | ((flags & Uffd.DONT_WAKE) != 0 ? UffdIoctl.WRITEPROTECT_MODE_DONTWAKE : 0)
                | (flags & ~Uffd.DONT_WAKE);
        long result;
        do {
            result = ioctl(UffdIoctl.WRITEPROTECT, address, lengthBytes, mode, 0);
        } while (result == -Errno.EINTR);
        return Outcome.of(result, 0);
    }

    @Override
    public Outcome wake(long address, long lengthBytes) {
        MemorySegment argument = argument(address, lengthBytes, 0, 0);
        if (LibC.ioctlWithoutErrno(fd.number(), UffdIoctl.WAKE, argument.address()) >= 0) {
            return Outcome.DONE;
        }
        return Outcome.of(LibC.ioctl(fd.number(), UffdIoctl.WAKE, argument.address()), 0);
    }

    @Override
    public int read(EventBatch batch) {
        int count = readIfAny(batch);
        if (count > 0) {
            return count;
        }
        MemorySegment messages = batch.messages();
        long result = LibC.read(fd.number(), messages.address(), messages.byteSize());
        if (result == -Errno.EAGAIN || result == -Errno.EINTR) {
            return 0;
        }
        return (int) (LinuxException.check(result, "read(userfaultfd)") / UffdIoctl.MSG_BYTES);
    }

    /** {@return how many events were read; 0 if there was none, or they cannot be read, as {@link #read} would tell} */
    int readIfAny(EventBatch batch) {
        MemorySegment messages = batch.messages();
        long bytes = LibC.readWithoutErrno(fd.number(), messages.address(), messages.byteSize());
        return bytes < 0 ? 0 : (int) (bytes / UffdIoctl.MSG_BYTES);
    }

    @Override
    public LinuxUffd takeForked(EventBatch batch, int index) {
        return adopt(Fd.owning(batch.forked(index)));
    }

    @Override
    public UffdWaiter newWaiter() {
        return new LinuxUffdWaiter(this);
    }

    @Override
    public UffdBacklog backlog() {
        return Fdinfo.read(fd);
    }

    @Override
    public void close() {
        fd.close();
    }

    /** The result field tells what errno would. It does not if the kernel refused the arguments: it refuses them again. */
    private Outcome fill(long request, long address, long lengthBytes, int flags) {
        MemorySegment argument = argument(address, lengthBytes, flags, 0);
        if (LibC.ioctlWithoutErrno(fd.number(), request, argument.address()) >= 0) {
            return Outcome.DONE;
        }
        long field = argument.get(JAVA_LONG, 24);
        if (field != 0) {
            return field > 0 ? Outcome.partial(field) : Outcome.failure((int) -field, true);
        }
        long result = LibC.ioctl(fd.number(), request, argument.address());
        return Outcome.of(result, argument.get(JAVA_LONG, 24));
    }

    private Outcome transfer(long request, long target, long source, long lengthBytes, int flags) {
        MemorySegment argument = Scratch.ofThisThread().argument();
        argument.set(JAVA_LONG, 32, 0);
        long result = ioctl(request, target, source, lengthBytes, flags);
        return Outcome.of(result, argument.get(JAVA_LONG, 32));
    }

    private long ioctl(long request, long first, long second, long third, long fourth) {
        return LibC.ioctl(
                fd.number(), request, argument(first, second, third, fourth).address());
    }

    private static MemorySegment argument(long first, long second, long third, long fourth) {
        MemorySegment argument = Scratch.ofThisThread().argument();
        argument.set(JAVA_LONG, 0, first);
        argument.set(JAVA_LONG, 8, second);
        argument.set(JAVA_LONG, 16, third);
        argument.set(JAVA_LONG, 24, fourth);
        return argument;
    }

    private static String describe(String call, long address, long lengthBytes) {
        return String.format("ioctl(%s, address=0x%x, lengthBytes=%d)", call, address, lengthBytes);
    }
}
