package dev.faultline.uffd;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.faultline.uffd.internal.linux.Errno;
import dev.faultline.uffd.internal.linux.LibC;
import dev.faultline.uffd.internal.linux.Scratch;
import dev.faultline.uffd.os.Fd;
import dev.faultline.uffd.os.LinuxException;
import java.lang.foreign.MemorySegment;
import java.util.Set;

/** Gets a userfaultfd out of the kernel: the device first, because its permission can be granted; then the syscall. */
final class UffdOpener {
    private static final String DEVICE = "/dev/userfaultfd";
    private static final int FLAGS = LibC.O_CLOEXEC | LibC.O_NONBLOCK;
    private static final int USER_MODE_ONLY = 1;

    private UffdOpener() {}

    static Fd open(boolean userModeOnly) {
        if (userModeOnly) {
            long fd = LibC.userfaultfd(FLAGS | USER_MODE_ONLY);
            if (fd < 0) {
                String remedy = fd == -Errno.EINVAL ? "USER_MODE_ONLY needs Linux 5.11" : remedy(0, (int) -fd);
                throw new LinuxException("userfaultfd(CLOEXEC|NONBLOCK|USER_MODE_ONLY)", (int) -fd, remedy);
            }
            return Fd.owning(fd);
        }
        long device = openDevice();
        if (device >= 0) {
            return Fd.owning(device);
        }
        long fd = openSyscall();
        if (fd < 0) {
            throw new LinuxException("userfaultfd(CLOEXEC|NONBLOCK)", (int) -fd, remedy((int) -device, (int) -fd));
        }
        return Fd.owning(fd);
    }

    /** {@return a new descriptor, or -errno if this user may not open the device} */
    static long openDevice() {
        long device = LibC.open(DEVICE, LibC.O_RDWR | LibC.O_CLOEXEC);
        if (device < 0) {
            return device;
        }
        try (Fd owner = Fd.owning(device)) {
            long fd = LibC.ioctl(owner.number(), UffdIoctl.USERFAULTFD_IOC_NEW, FLAGS);
            return LinuxException.check(fd, "ioctl(" + DEVICE + ", USERFAULTFD_IOC_NEW)");
        }
    }

    /** {@return a new descriptor that serves faults of the kernel too, or -errno} */
    static long openSyscall() {
        return LibC.userfaultfd(FLAGS);
    }

    static String remedy(int deviceErrno, int syscallErrno) {
        if (syscallErrno == Errno.ENOSYS) {
            return "This kernel was built without CONFIG_USERFAULTFD; minor faults need Linux 5.14 or newer with it";
        }
        if (syscallErrno != Errno.EPERM) {
            return "";
        }
        if (deviceErrno == 0) {
            return "It needs no permission: a seccomp filter, of a container say, forbids the call";
        }
        String device = DEVICE + " could not be opened either: " + Errno.name(deviceErrno);
        return device + ". Give this user access to " + DEVICE
                + ", or give the process CAP_SYS_PTRACE, or run 'sysctl vm.unprivileged_userfaultfd=1'";
    }

    /** UFFDIO_API: works once per descriptor. Returns all features of the kernel when asked for none. */
    static long handshake(Fd fd, long features) {
        MemorySegment api = Scratch.ofThisThread().argument();
        api.set(JAVA_LONG, 0, UffdIoctl.UFFD_API_VERSION);
        api.set(JAVA_LONG, 8, features);
        api.set(JAVA_LONG, 16, 0);
        long result = LibC.ioctl(fd.number(), UffdIoctl.API, api.address());
        if (result < 0) {
            throw new LinuxException(
                    "ioctl(UFFDIO_API, features=0x" + Long.toHexString(features) + ")",
                    (int) -result,
                    "The kernel lacks a feature that was asked for, or the permission for it is missing");
        }
        return api.get(JAVA_LONG, 8);
    }

    static Fd openWith(long features, boolean userModeOnly) {
        try (Fd probe = open(userModeOnly)) {
            long lacking = features & ~handshake(probe, 0);
            if (lacking != 0) {
                throw new LinuxException(
                        "ioctl(UFFDIO_API, features=0x" + Long.toHexString(features) + ")",
                        Errno.EINVAL,
                        "This kernel lacks the userfaultfd features " + names(lacking) + ": use a newer one");
            }
        }
        Fd fd = open(userModeOnly);
        try {
            handshake(fd, features);
            return fd;
        } catch (LinuxException e) {
            fd.close();
            throw e;
        }
    }

    private static String names(long features) {
        Set<UffdFeature> known = UffdFeature.of(features);
        long unknown = features & ~UffdFeature.mask(known);
        return unknown == 0 ? known.toString() : known + " and the unknown bits 0x" + Long.toHexString(unknown);
    }
}
