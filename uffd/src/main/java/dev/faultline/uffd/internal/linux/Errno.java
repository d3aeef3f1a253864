package dev.faultline.uffd.internal.linux;

/** Error numbers that this project meets. Source: asm-generic/errno-base.h and errno.h, Linux 6.18. */
public final class Errno {
    public static final int EPERM = 1;
    public static final int ENOENT = 2;
    public static final int ESRCH = 3;
    public static final int EINTR = 4;
    public static final int EIO = 5;
    public static final int ENXIO = 6;
    public static final int EBADF = 9;
    public static final int EAGAIN = 11;
    public static final int ENOMEM = 12;
    public static final int EACCES = 13;
    public static final int EFAULT = 14;
    public static final int EBUSY = 16;
    public static final int EEXIST = 17;
    public static final int ENODEV = 19;
    public static final int EINVAL = 22;
    public static final int EMFILE = 24;
    public static final int ENOTTY = 25;
    public static final int ENOSPC = 28;
    public static final int EPIPE = 32;
    public static final int ENOSYS = 38;
    public static final int EADDRINUSE = 98;
    public static final int ECONNRESET = 104;
    public static final int ECONNREFUSED = 111;

    private Errno() {}

    /** {@return the symbolic name, such as {@code EEXIST}, or {@code errno N} for one that is not listed here} */
    public static String name(int errno) {
        return switch (errno) {
            case EPERM -> "EPERM (operation not permitted)";
            case ENOENT -> "ENOENT (no such file or not registered)";
            case ESRCH -> "ESRCH (the target process is gone)";
            case EINTR -> "EINTR (interrupted)";
            case EIO -> "EIO (input/output error)";
            case ENXIO -> "ENXIO (no such device or offset)";
            case EBADF -> "EBADF (bad file descriptor)";
            case EAGAIN -> "EAGAIN (try again)";
            case ENOMEM -> "ENOMEM (out of memory)";
            case EACCES -> "EACCES (permission denied)";
            case EFAULT -> "EFAULT (bad address)";
            case EBUSY -> "EBUSY (in use)";
            case EEXIST -> "EEXIST (already mapped)";
            case ENODEV -> "ENODEV (no such device)";
            case EINVAL -> "EINVAL (invalid argument)";
            case EMFILE -> "EMFILE (too many open files)";
            case ENOTTY -> "ENOTTY (wrong ioctl for the device)";
            case ENOSPC -> "ENOSPC (no space left)";
            case EPIPE -> "EPIPE (the peer has closed)";
            case ENOSYS -> "ENOSYS (not in this kernel)";
            case EADDRINUSE -> "EADDRINUSE (address in use)";
            case ECONNRESET -> "ECONNRESET (connection reset)";
            case ECONNREFUSED -> "ECONNREFUSED (nobody listens there)";
            default -> "errno " + errno;
        };
    }

    /** {@return the symbolic name alone} */
    public static String symbol(int errno) {
        String name = name(errno);
        int explanation = name.indexOf(" (");
        return explanation < 0 ? name : name.substring(0, explanation);
    }
}
