package dev.faultline.uffd.internal.linux;

import dev.faultline.uffd.internal.linux.Syscall.Call;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * System calls with Java types. Each returns a value of at least 0, or {@code -errno}. Addresses are plain numbers: the
 * caller keeps the memory behind them alive for the length of the call.
 */
public final class LibC {
    public static final int O_RDONLY = 0;
    public static final int O_RDWR = 2;
    public static final int O_NONBLOCK = 0x800;
    public static final int O_CLOEXEC = 0x80000;
    public static final int O_PATH = 0x200000;
    public static final int AT_FDCWD = -100;
    public static final int AT_EMPTY_PATH = 0x1000;

    public static final int PROT_READ = 1;
    public static final int PROT_WRITE = 2;
    public static final int MAP_SHARED = 1;
    public static final int MAP_PRIVATE = 2;
    public static final int MAP_ANONYMOUS = 0x20;
    public static final int MAP_NORESERVE = 0x4000;

    public static final int MADV_DONTNEED = 4;
    public static final int MADV_DONTFORK = 10;
    public static final int MADV_NOHUGEPAGE = 15;
    public static final int MADV_POPULATE_READ = 22;
    public static final int MADV_POPULATE_WRITE = 23;

    public static final int SEEK_DATA = 3;
    public static final int SEEK_HOLE = 4;
    public static final int FALLOC_FL_KEEP_SIZE = 1;
    public static final int FALLOC_FL_PUNCH_HOLE = 2;

    public static final int F_DUPFD_CLOEXEC = 1030;
    public static final int F_GETFL = 3;
    public static final int F_SETFL = 4;

    public static final int POLLIN = 1;

    private LibC() {}

    public static long open(String path, int flags) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment name = arena.allocateFrom(path);
            return call(Call.OPENAT, AT_FDCWD, name.address(), flags, 0);
        }
    }

    public static long unlink(String path) {
        try (Arena arena = Arena.ofConfined()) {
            return call(Call.UNLINKAT, AT_FDCWD, arena.allocateFrom(path).address(), 0, 0);
        }
    }

    public static long close(int fd) {
        return call(Call.CLOSE, fd, 0, 0, 0);
    }

    public static long ioctl(int fd, long request, long argument) {
        return call(Call.IOCTL, fd, request, argument, 0);
    }

    /** As {@link #ioctl}, but -1 if it fails, and nothing allocated: for the path of a fault. */
    public static long ioctlWithoutErrno(int fd, long request, long argument) {
        return Syscall.invokeWithoutErrno(Call.IOCTL, fd, request, argument, 0);
    }

    public static long read(int fd, long address, long lengthBytes) {
        return call(Call.READ, fd, address, lengthBytes, 0);
    }

    /** As {@link #read}, but -1 if it fails, and nothing allocated: for the path of a fault. */
    public static long readWithoutErrno(int fd, long address, long lengthBytes) {
        return Syscall.invokeWithoutErrno(Call.READ, fd, address, lengthBytes, 0);
    }

    public static long write(int fd, long address, long lengthBytes) {
        return call(Call.WRITE, fd, address, lengthBytes, 0);
    }

    public static long pread(int fd, long address, long lengthBytes, long offset) {
        return call(Call.PREAD64, fd, address, lengthBytes, offset);
    }

    public static long pwrite(int fd, long address, long lengthBytes, long offset) {
        return call(Call.PWRITE64, fd, address, lengthBytes, offset);
    }

    public static long lseek(int fd, long offset, int whence) {
        return call(Call.LSEEK, fd, offset, whence, 0);
    }

    public static long ftruncate(int fd, long lengthBytes) {
        return call(Call.FTRUNCATE, fd, lengthBytes, 0, 0);
    }

    public static long fallocate(int fd, int mode, long offset, long lengthBytes) {
        return call(Call.FALLOCATE, fd, mode, offset, lengthBytes);
    }

    /** {@code statx(fd, "", AT_EMPTY_PATH, mask, address)}. */
    public static long statx(int fd, int mask, long address) {
        try (Arena arena = Arena.ofConfined()) {
            long empty = arena.allocateFrom("").address();
            return Syscall.invoke(Call.STATX, fd, empty, AT_EMPTY_PATH, mask, address, 0);
        }
    }

    /** Fills {@code struct statfs} at the address. */
    public static long fstatfs(int fd, long address) {
        return call(Call.FSTATFS, fd, address, 0, 0);
    }

    public static long mmap(long address, long lengthBytes, int protection, int flags, int fd, long offset) {
        return Syscall.invoke(Call.MMAP, address, lengthBytes, protection, flags, fd, offset);
    }

    public static long munmap(long address, long lengthBytes) {
        return call(Call.MUNMAP, address, lengthBytes, 0, 0);
    }

    public static long madvise(long address, long lengthBytes, int advice) {
        return call(Call.MADVISE, address, lengthBytes, advice, 0);
    }

    public static long memfdCreate(String name, int flags) {
        try (Arena arena = Arena.ofConfined()) {
            return call(Call.MEMFD_CREATE, arena.allocateFrom(name).address(), flags, 0, 0);
        }
    }

    public static long userfaultfd(int flags) {
        return call(Call.USERFAULTFD, flags, 0, 0, 0);
    }

    public static long eventfd(int flags) {
        return call(Call.EVENTFD2, 0, flags, 0, 0);
    }

    /**
     * Waits for descriptors.
     *
     * @param pollFds address of {@code struct pollfd[count]}
     * @param timespec address of a {@code struct timespec}, or 0 to wait without a limit
     */
    public static long ppoll(long pollFds, int count, long timespec) {
        return Syscall.invoke(Call.PPOLL, pollFds, count, timespec, 0, 8, 0);
    }

    /** As {@link #ppoll}, but -1 if it fails, and nothing allocated: for the path of a fault. */
    public static long ppollWithoutErrno(long pollFds, int count, long timespec) {
        return Syscall.invokeWithoutErrno(Call.PPOLL, pollFds, count, timespec, 0);
    }

    public static long fcntl(int fd, int command, long argument) {
        return call(Call.FCNTL, fd, command, argument, 0);
    }

    public static long socket(int domain, int type, int protocol) {
        return call(Call.SOCKET, domain, type, protocol, 0);
    }

    /** Two connected sockets, as {@code int[2]} at the address. */
    public static long socketpair(int domain, int type, int protocol, long address) {
        return call(Call.SOCKETPAIR, domain, type, protocol, address);
    }

    public static long bind(int fd, long address, int lengthBytes) {
        return call(Call.BIND, fd, address, lengthBytes, 0);
    }

    public static long listen(int fd, int backlog) {
        return call(Call.LISTEN, fd, backlog, 0, 0);
    }

    public static long accept(int fd, int flags) {
        return call(Call.ACCEPT4, fd, 0, 0, flags);
    }

    public static long connect(int fd, long address, int lengthBytes) {
        return call(Call.CONNECT, fd, address, lengthBytes, 0);
    }

    public static long shutdown(int fd, int how) {
        return call(Call.SHUTDOWN, fd, how, 0, 0);
    }

    public static long getsockopt(int fd, int level, int option, long value, long length) {
        return Syscall.invoke(Call.GETSOCKOPT, fd, level, option, value, length, 0);
    }

    public static long setsockopt(int fd, int level, int option, long value, int lengthBytes) {
        return Syscall.invoke(Call.SETSOCKOPT, fd, level, option, value, lengthBytes, 0);
    }

    public static long sendmsg(int fd, long message, int flags) {
        return call(Call.SENDMSG, fd, message, flags, 0);
    }

    public static long recvmsg(int fd, long message, int flags) {
        return call(Call.RECVMSG, fd, message, flags, 0);
    }

    public static int getpid() {
        return (int) call(Call.GETPID, 0, 0, 0, 0);
    }

    public static int getppid() {
        return (int) call(Call.GETPPID, 0, 0, 0, 0);
    }

    public static int gettid() {
        return (int) call(Call.GETTID, 0, 0, 0, 0);
    }

    public static int geteuid() {
        return (int) call(Call.GETEUID, 0, 0, 0, 0);
    }

    public static long tgkill(int processId, int threadId, int signal) {
        return call(Call.TGKILL, processId, threadId, signal, 0);
    }

    public static long prctl(int option, long argument) {
        return call(Call.PRCTL, option, argument, 0, 0);
    }

    public static long pidfdOpen(int processId, int flags) {
        return call(Call.PIDFD_OPEN, processId, flags, 0, 0);
    }

    public static long pidfdGetfd(int pidfd, int targetFd) {
        return call(Call.PIDFD_GETFD, pidfd, targetFd, 0, 0);
    }

    public static long pidfdSendSignal(int pidfd, int signal) {
        return call(Call.PIDFD_SEND_SIGNAL, pidfd, signal, 0, 0);
    }

    public static long ptrace(long request, int threadId, long address, long data) {
        return call(Call.PTRACE, request, threadId, address, data);
    }

    /** Waits for a thread of that id to change its state; its status goes to {@code int} at the address. */
    public static long wait4(int threadId, long statusAddress, int options) {
        return call(Call.WAIT4, threadId, statusAddress, options, 0);
    }

    private static long call(Call call, long a, long b, long c, long d) {
        return Syscall.invoke(call, a, b, c, d, 0, 0);
    }
}
