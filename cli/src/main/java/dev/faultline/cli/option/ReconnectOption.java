package dev.faultline.cli.option;

import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Option;

/** For how long an engine does without the other one. */
public final class ReconnectOption {
    @Option(
            names = "--reconnect-for",
            paramLabel = "SECONDS",
            defaultValue = "60",
            description =
                    "When the connections break after the guest may have changed hosts, go on over new ones, for so"
                            + " long at most; meanwhile the guest runs, and waits where a page is missing. 0: end at once"
                            + " (default: ${DEFAULT-VALUE}).")
    private int seconds;

    /** Makes one, for picocli to fill. */
    public ReconnectOption() {}

    /** {@return for how long, in nanoseconds; 0 for not at all} */
    public long nanos() {
        return TimeUnit.SECONDS.toNanos(Math.max(0, seconds));
    }
}
