package dev.faultline.model;

/** The signal SIGBUS: the page is poisoned, behind the end of its file, or not to be had. */
public final class SigbusException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final boolean poisoned;

    SigbusException(long address, boolean poisoned) {
        super(String.format("SIGBUS at 0x%x%s", address, poisoned ? " (poisoned)" : ""));
        this.poisoned = poisoned;
    }

    /** {@return whether the page is poisoned} */
    public boolean isPoisoned() {
        return poisoned;
    }
}
