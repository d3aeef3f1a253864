package dev.faultline.uffd;

import dev.faultline.uffd.internal.linux.Errno;
import dev.faultline.uffd.os.LinuxException;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * How a call that resolves faults ended: as typed as the kernel's answer can be, and with that answer itself. The kernel
 * answers with an errno and, in all calls but WRITEPROTECT and WAKE, with a field of the argument: the bytes done, a
 * negated errno, or left alone if the arguments were refused before anything was looked at. Two answers that share EAGAIN
 * are two kinds here: {@link Kind#PARTIAL} and {@link Kind#CHANGING}.
 *
 * <p>Instances are shared, but for partial ones; so a call on the fault path allocates nothing. Source:
 * ioctl_userfaultfd(2), mm/userfaultfd.c, Linux 6.18.
 */
public final class Outcome {
    /** What an outcome means for the caller. */
    public enum Kind {
        /** All of the range was done, and its waiters woken unless {@link Uffd#DONT_WAKE} said otherwise. */
        DONE,
        /** The kernel stopped at a page; what came before it was done and woken. Ask again from there to learn why. */
        PARTIAL,
        /** EEXIST: the page is mapped already, or the file holds it. Nobody was woken: follow it with a wake. */
        ALREADY_MAPPED,
        /** EAGAIN, and nothing was done: the address space is changing. Ask again from a timer, after reading events. */
        CHANGING,
        /** EFAULT: CONTINUE found no page in the file; or the source of a COPY cannot be read. */
        NO_PAGE,
        /** ENOENT: the range is not registered, or was unmapped, or crosses the end of a mapping. */
        GONE,
        /** ESRCH: the process whose memory it is has ended. */
        TARGET_EXITED,
        /** Any other errno: EINVAL if the call does not go with the memory or is not aligned, ENOMEM, EBUSY, ... */
        REFUSED
    }

    /** Everything was done. */
    public static final Outcome DONE = new Outcome(Kind.DONE, 0, 0, true);

    private static final int ERRNOS = 134;
    private static final Outcome[] WITH_FIELD = failures(true);
    private static final Outcome[] WITHOUT_FIELD = failures(false);

    private final Kind kind;
    private final int errno;
    private final long bytesDone;
    private final boolean fieldWritten;

    private Outcome(Kind kind, int errno, long bytesDone, boolean fieldWritten) {
        this.kind = kind;
        this.errno = errno;
        this.bytesDone = bytesDone;
        this.fieldWritten = fieldWritten;
    }

    private static Outcome[] failures(boolean fieldWritten) {
        Outcome[] all = new Outcome[ERRNOS];
        for (int errno = 1; errno < ERRNOS; errno++) {
            all[errno] = new Outcome(kindOf(errno), errno, 0, fieldWritten);
        }
        return all;
    }

    private static Kind kindOf(int errno) {
        return switch (errno) {
            case Errno.EEXIST -> Kind.ALREADY_MAPPED;
            case Errno.EAGAIN -> Kind.CHANGING;
            case Errno.EFAULT -> Kind.NO_PAGE;
            case Errno.ENOENT -> Kind.GONE;
            case Errno.ESRCH -> Kind.TARGET_EXITED;
            default -> Kind.REFUSED;
        };
    }

    /**
     * {@return the outcome of a call that failed}
     *
     * @param errno why, positive
     * @param fieldWritten whether the kernel wrote the negated errno into the argument
     */
    public static Outcome failure(int errno, boolean fieldWritten) {
        if (errno < 1 || errno >= ERRNOS) {
            throw new IllegalArgumentException("not an errno: " + errno);
        }
        return (fieldWritten ? WITH_FIELD : WITHOUT_FIELD)[errno];
    }

    /**
     * {@return the outcome of a call that stopped on its way}
     *
     * @param bytesDone what it did, more than 0 and less than it was asked for
     */
    public static Outcome partial(long bytesDone) {
        return new Outcome(Kind.PARTIAL, Errno.EAGAIN, bytesDone, true);
    }

    /**
     * {@return the outcome of a call as the kernel told it}
     *
     * @param result what the system call returned: at least 0, or {@code -errno}
     * @param field the argument's result field, which held 0 before the call
     */
    static Outcome of(long result, long field) {
        if (result >= 0) {
            return DONE;
        }
        return field > 0 ? partial(field) : failure((int) -result, field != 0);
    }

    /** {@return what it means for the caller} */
    public Kind kind() {
        return kind;
    }

    /** {@return whether all of the range was done} */
    public boolean isDone() {
        return kind == Kind.DONE;
    }

    /** {@return the errno, or 0 when it is done} */
    public int errno() {
        return errno;
    }

    /**
     * {@return how much was done, in bytes, from the range's start}
     *
     * @param askedBytes the length of the range
     */
    public long bytesDone(long askedBytes) {
        return kind == Kind.DONE ? askedBytes : bytesDone;
    }

    /** {@return whether the kernel wrote the argument's result field} */
    public boolean fieldWritten() {
        return fieldWritten;
    }

    /**
     * Does nothing if the call did all it was asked for.
     *
     * @param call the call, for the message
     * @throws LinuxException with the errno, if not
     */
    public void orThrow(String call) {
        if (kind != Kind.DONE) {
            throw new LinuxException(call, errno, kind == Kind.PARTIAL ? bytesDone + " bytes were done" : "");
        }
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Outcome that
                && errno == that.errno
                && bytesDone == that.bytesDone
                && fieldWritten == that.fieldWritten;
    }

    @Override
    public int hashCode() {
        return Objects.hash(errno, bytesDone, fieldWritten);
    }

    @Override
    public String toString() {
        return switch (kind) {
            case DONE -> "OK";
            case PARTIAL -> "EAGAIN, " + bytesDone + " bytes done";
            default -> Errno.symbol(errno) + (fieldWritten ? ", field -" + errno : "");
        };
    }
}
