package dev.faultline.uffd;

import java.util.EnumSet;
import java.util.Set;

/** The calls of a userfaultfd, as the kernel names them in the answer to a registration. Source: {@code _UFFDIO_*}. */
public enum UffdCall {
    /** The handshake. */
    API(0x3F),
    /** Have faults reported. */
    REGISTER(0),
    /** End it. */
    UNREGISTER(1),
    /** Wake waiting threads. */
    WAKE(2),
    /** Fill with content. */
    COPY(3),
    /** Fill with zeros. */
    ZEROPAGE(4),
    /** Fill with pages from elsewhere. */
    MOVE(5),
    /** Protect from writing, or lift it. */
    WRITEPROTECT(6),
    /** Map what the file holds. */
    CONTINUE(7),
    /** Make a page unreadable. */
    POISON(8);

    private final int number;

    UffdCall(int number) {
        this.number = number;
    }

    /** {@return its bit in the masks of UFFDIO_API and UFFDIO_REGISTER} */
    public long mask() {
        return 1L << number;
    }

    /**
     * {@return the calls that a mask names; bits of newer kernels are left out}
     *
     * @param mask as the kernel returned it
     */
    public static Set<UffdCall> of(long mask) {
        Set<UffdCall> found = EnumSet.noneOf(UffdCall.class);
        for (UffdCall call : values()) {
            if ((mask & call.mask()) != 0) {
                found.add(call);
            }
        }
        return found;
    }
}
