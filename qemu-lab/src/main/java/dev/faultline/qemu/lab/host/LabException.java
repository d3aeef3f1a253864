package dev.faultline.qemu.lab.host;

import java.io.Serial;

/** The lab cannot do what it was asked for. The message says what is missing or what a program answered. */
public final class LabException extends RuntimeException {
    @Serial
    private static final long serialVersionUID = 1L;

    /**
     * Makes one.
     *
     * @param message what went wrong, and what to do where that is known
     */
    public LabException(String message) {
        super(message);
    }

    /**
     * Makes one.
     *
     * @param message what went wrong, and what to do where that is known
     * @param cause what was thrown
     */
    public LabException(String message, Throwable cause) {
        super(message, cause);
    }
}
