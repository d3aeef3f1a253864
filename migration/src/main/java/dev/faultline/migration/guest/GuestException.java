package dev.faultline.migration.guest;

import org.jspecify.annotations.Nullable;

/** The machine refused a command, did not answer in time, or has gone. The message is one sentence for an operator. */
public final class GuestException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /**
     * Describes what went wrong.
     *
     * @param message one sentence
     */
    public GuestException(String message) {
        super(message);
    }

    /**
     * Describes what went wrong.
     *
     * @param message one sentence
     * @param cause what it came from
     */
    public GuestException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
