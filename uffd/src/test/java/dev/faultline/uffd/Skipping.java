package dev.faultline.uffd;

import org.jspecify.annotations.Nullable;

/** Whether a test that lacks what it needs may be skipped. */
final class Skipping {
    private Skipping() {}

    /** Returns where tests may be skipped, and fails where CI=true. */
    static void allow(String reason, Throwable cause) {
        allow(reason, cause, System.getenv("CI"));
    }

    static void allow(String reason, Throwable cause, @Nullable String ci) {
        if (Boolean.parseBoolean(ci)) {
            throw new IllegalStateException("CI=true forbids to skip a test that " + reason, cause);
        }
    }
}
