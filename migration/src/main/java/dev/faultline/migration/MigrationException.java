package dev.faultline.migration;

import org.jspecify.annotations.Nullable;

/** A migration did not come to its end. The message says in one sentence why, and where the guest is. */
public class MigrationException extends Exception {
    private static final long serialVersionUID = 1L;

    /**
     * Describes the failure.
     *
     * @param message one sentence: why, and where the guest is
     * @param cause what it came from
     */
    public MigrationException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
