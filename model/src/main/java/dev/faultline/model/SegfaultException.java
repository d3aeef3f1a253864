package dev.faultline.model;

/** The signal SIGSEGV: nothing is mapped there, or not for this access, or it is a guard. */
public final class SegfaultException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    SegfaultException(long address) {
        super(String.format("SIGSEGV at 0x%x", address));
    }
}
