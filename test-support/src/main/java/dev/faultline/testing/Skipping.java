package dev.faultline.testing;

import static org.junit.jupiter.api.Assumptions.abort;

import org.jspecify.annotations.Nullable;

/** The one place that decides whether a test that lacks what it needs may be skipped: not where CI=true. */
public final class Skipping {
    private Skipping() {}

    /**
     * Returns where tests may be skipped, and fails where CI=true.
     *
     * @param reason what the test needs, to follow "a test that"
     * @param cause what went wrong, if anything was thrown
     */
    public static void allow(String reason, @Nullable Throwable cause) {
        allow(reason, cause, System.getenv("CI"));
    }

    /**
     * Skips the running test, or fails it where CI=true.
     *
     * @param reason what the test needs, to follow "a test that"
     */
    public static void skip(String reason) {
        allow(reason, null);
        abort(reason);
    }

    static void allow(String reason, @Nullable Throwable cause, @Nullable String ci) {
        if (Boolean.parseBoolean(ci)) {
            throw new IllegalStateException("CI=true forbids to skip a test that " + reason, cause);
        }
    }
}
