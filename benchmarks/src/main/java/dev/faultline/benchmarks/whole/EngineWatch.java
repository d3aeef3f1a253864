package dev.faultline.benchmarks.whole;

import java.util.concurrent.locks.LockSupport;

/** Looks at a process again and again until it has ended, for what it took to be known then. */
public final class EngineWatch {
    private static final long PERIOD_NANOS = 20_000_000;
    private static final double NANOS_PER_SECOND = 1e9;
    private static final double MEBIBYTE = 1 << 20;

    private final long processId;
    private final Thread watcher;
    private long cpuNanos;
    private long ownBytes;
    private long peakBytes;

    private EngineWatch(long processId) {
        this.processId = processId;
        watcher = Thread.ofPlatform().daemon().name("watch-" + processId).unstarted(this::watch);
    }

    /**
     * Begins to look at a process.
     *
     * @param processId which
     * @return who looks
     */
    public static EngineWatch of(long processId) {
        EngineWatch watch = new EngineWatch(processId);
        watch.watcher.start();
        return watch;
    }

    private void watch() {
        while (look()) {
            LockSupport.parkNanos(PERIOD_NANOS);
        }
    }

    private synchronized boolean look() {
        ownBytes = Math.max(ownBytes, ProcessUse.statusBytes(processId, "RssAnon", "RssFile"));
        peakBytes = Math.max(peakBytes, ProcessUse.statusBytes(processId, "VmHWM"));
        var now = ProcessUse.cpuNanos(processId);
        cpuNanos = Math.max(cpuNanos, now.orElse(0));
        return now.isPresent();
    }

    /** {@return its processor time, in seconds, but for what it took after the last look} */
    public synchronized double cpuSeconds() {
        return cpuNanos / NANOS_PER_SECOND;
    }

    /** {@return the most that was resident of it but for shared memory, in MiB} */
    public synchronized double ownMebibytes() {
        return ownBytes / MEBIBYTE;
    }

    /** {@return the most that was resident of it, in MiB} */
    public synchronized double peakMebibytes() {
        return peakBytes / MEBIBYTE;
    }
}
