package dev.faultline.cli.attach;

import java.util.concurrent.TimeUnit;

/** How long a guest may take. */
public final class Limits {
    /** The longest time for one command: a machine may take 10 s to stop its vCPUs. */
    public static final long COMMAND_NANOS = TimeUnit.SECONDS.toNanos(15);

    private Limits() {}
}
