package dev.faultline.uffd.os;

import dev.faultline.uffd.internal.linux.Errno;

/** A system call failed in a way its caller did not expect. The message names the call, its arguments and the remedy. */
public final class LinuxException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final int errno;

    /**
     * Describes a failed call.
     *
     * @param call the call with its arguments, as a reader of strace would write it
     * @param errno the error number, positive
     * @param remedy what the operator can do, or an empty string
     */
    public LinuxException(String call, int errno, String remedy) {
        super(call + " failed: " + Errno.name(errno) + (remedy.isEmpty() ? "" : ". " + remedy));
        this.errno = errno;
    }

    /** {@return the error number, positive} */
    public int errno() {
        return errno;
    }

    /**
     * Passes a result through, or throws.
     *
     * @param result a value of at least 0, or {@code -errno}
     * @param call the call with its arguments
     * @return the result
     * @throws LinuxException if the result is negative
     */
    public static long check(long result, String call) {
        if (result < 0) {
            throw new LinuxException(call, (int) -result, "");
        }
        return result;
    }
}
