package dev.faultline.migration.rate;

import dev.faultline.uffd.LinuxPagemap;
import dev.faultline.uffd.LinuxUffd;
import dev.faultline.uffd.UffdFeature;
import dev.faultline.uffd.os.LinuxException;
import dev.faultline.uffd.os.Pidfd;
import dev.faultline.uffd.os.Poller;
import dev.faultline.uffd.proc.OpenUffd;
import dev.faultline.uffd.remote.RemoteProcess;
import dev.faultline.uffd.remote.RemoteUffd;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * Watches what a process writes to its shared memory, with no help from it. It goes on as it did, but for a page fault at
 * the first write to each page after each sample, and for two short stops of its main thread at the beginning. What is written past its page tables is not seen: by other processes, by pwrite(2), by devices to pages
 * that they had looked up before.
 *
 * <p>The userfaultfd is closed in that process as soon as it is open: nothing of it stays there, also if this process is
 * killed. While it is watched nobody else can register that memory with a userfaultfd, an engine that is to move it
 * included. Safe for use by several threads. It takes 4 bytes for each page that is watched.
 */
public final class WriteMeter implements AutoCloseable {
    /** What a userfaultfd must be able to do for this: Linux 6.7. */
    public static final Set<UffdFeature> FEATURES =
            Set.copyOf(EnumSet.of(UffdFeature.WP_ASYNC, UffdFeature.WP_UNPOPULATED, UffdFeature.WP_HUGETLBFS_SHMEM));

    /** The time over which a sample's recent working set goes: ten seconds, to the nearest sample. */
    public static final long WINDOW_NANOS = TimeUnit.SECONDS.toNanos(10);

    private final Pidfd process;
    private final LinuxUffd uffd;
    private final LinuxPagemap pagemap;
    private final List<AreaMeter> areas = new ArrayList<>();
    private final long stoppedNanos;
    private long beginNanos;
    private long lastNanos;
    private boolean closed;

    private WriteMeter(Pidfd process, LinuxUffd uffd, LinuxPagemap pagemap, long stoppedNanos) {
        this.process = process;
        this.uffd = uffd;
        this.pagemap = pagemap;
        this.stoppedNanos = stoppedNanos;
    }

    /**
     * Begins to watch.
     *
     * @param processId the process
     * @param memory its memory that is to be watched
     * @param features what the userfaultfd is to have: {@link #FEATURES} at least
     * @return the meter
     * @throws LinuxException EBUSY if another userfaultfd has some of that memory; EINVAL if the kernel is too old; and as
     *     {@link RemoteProcess#openUffd}
     * @throws IllegalArgumentException as {@link RemoteProcess#call}, and if a file has more than 2<sup>30</sup> pages
     * @throws IllegalStateException as {@link RemoteProcess#call}
     */
    public static WriteMeter begin(long processId, List<MemoryArea> memory, Set<UffdFeature> features) {
        WriteMeter meter = open(processId, features);
        try {
            for (MemoryArea area : memory) {
                meter.areas.add(new AreaMeter(area, WINDOW_NANOS));
                meter.areas.getLast().begin(meter.uffd);
            }
            meter.beginNanos = System.nanoTime();
            meter.lastNanos = meter.beginNanos;
            return meter;
        } catch (RuntimeException e) {
            meter.close();
            throw e;
        }
    }

    private static WriteMeter open(long processId, Set<UffdFeature> features) {
        Pidfd process = Pidfd.open(processId);
        try {
            RemoteProcess inside = RemoteProcess.of(processId);
            RemoteUffd opened = inside.openUffd(features);
            try {
                closeInside(processId, inside, opened, features);
                LinuxPagemap pagemap = LinuxPagemap.ofProcess(processId);
                return new WriteMeter(process, opened.uffd(), pagemap, opened.stoppedNanos());
            } catch (RuntimeException e) {
                opened.uffd().close();
                throw e;
            }
        } catch (RuntimeException e) {
            process.close();
            throw e;
        }
    }

    /** A process that closes all that it has, at its start say, may have something else under that number by now. */
    private static void closeInside(
            long processId, RemoteProcess inside, RemoteUffd opened, Set<UffdFeature> features) {
        for (OpenUffd open : OpenUffd.of(processId)) {
            if (open.number() == opened.numberInside() && open.has(features)) {
                inside.closeInside(open.number());
            }
        }
    }

    /** {@return for how long the process's main thread stood still to open a userfaultfd; to close it took about as long} */
    public long stoppedNanos() {
        return stoppedNanos;
    }

    /**
     * Finds what was written since the sample before, or since the beginning.
     *
     * @return the sample
     * @throws LinuxException ESRCH if the process has ended, or runs another program now
     * @throws IllegalStateException if the meter is closed
     */
    public synchronized WriteSample sample() {
        if (closed) {
            throw new IllegalStateException("this meter is closed");
        }
        long from = lastNanos;
        long now = System.nanoTime();
        List<AreaSample> samples = new ArrayList<>();
        for (AreaMeter area : areas) {
            samples.add(area.sample(pagemap, from, now));
        }
        lastNanos = now;
        return new WriteSample(now - beginNanos, now - from, samples);
    }

    /**
     * Waits for the process's end.
     *
     * @param timeoutNanos how long at most
     * @return whether it has ended
     */
    public boolean awaitEnd(long timeoutNanos) {
        return Poller.awaitReadable(process.fd(), timeoutNanos);
    }

    /** Ends it. The process is as it was before. */
    @Override
    public synchronized void close() {
        if (!closed) {
            closed = true;
            areas.forEach(area -> area.end(uffd));
            uffd.close();
            pagemap.close();
            process.close();
        }
    }
}
