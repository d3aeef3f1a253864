package dev.faultline.qemu.lab.own;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * How QEMU migrates by itself. Under TCG, QEMU 7.2's pre-copy loses writes of its guest and is no measure for anything;
 * its post-copy does not.
 */
public enum OwnMode {
    /** Pre-copy with QEMU's own values: 300 ms of downtime, 128 MiB/s. It need not converge. */
    PRECOPY_DEFAULT(false, false, false, false),
    /** Pre-copy with the bandwidth that the link has, and otherwise QEMU's own values. */
    PRECOPY_UNLIMITED(true, false, false, false),
    /** Pre-copy with that bandwidth for a downtime of 5 ms. */
    PRECOPY_TUNED(true, true, false, false),
    /** Post-copy with that bandwidth, which begins a while after pre-copy has. */
    POSTCOPY(true, false, true, false),
    /** The same with a connection of its own for pages that the guest waits for. */
    POSTCOPY_PREEMPT(true, false, true, true);

    /** A TiB/s. */
    private static final long UNLIMITED = 1L << 40;

    private static final int SHORT_DOWNTIME_MILLIS = 5;

    private final boolean unlimited;
    private final boolean shortDowntime;
    private final boolean postcopy;
    private final boolean preempt;

    OwnMode(boolean unlimited, boolean shortDowntime, boolean postcopy, boolean preempt) {
        this.unlimited = unlimited;
        this.shortDowntime = shortDowntime;
        this.postcopy = postcopy;
        this.preempt = preempt;
    }

    /** {@return whether the guest runs at its destination before its memory is there} */
    public boolean postcopy() {
        return postcopy;
    }

    List<String> capabilities() {
        List<String> capabilities = new ArrayList<>();
        if (postcopy) {
            capabilities.add("postcopy-ram");
        }
        if (preempt) {
            capabilities.add("postcopy-preempt");
        }
        return capabilities;
    }

    Map<String, Long> parameters() {
        Map<String, Long> parameters = new HashMap<>();
        if (unlimited) {
            parameters.put("max-bandwidth", UNLIMITED);
        }
        if (shortDowntime) {
            parameters.put("downtime-limit", (long) SHORT_DOWNTIME_MILLIS);
        }
        return parameters;
    }
}
