package dev.faultline.migration.engine;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.faultline.migration.guest.Guest;
import dev.faultline.migration.guest.GuestException;
import dev.faultline.migration.guest.GuestRegion;
import dev.faultline.migration.guest.GuestState;
import dev.faultline.uffd.LinuxPagemap;
import dev.faultline.uffd.LinuxUffd;
import dev.faultline.uffd.Pagemap;
import dev.faultline.uffd.PagemapScan;
import dev.faultline.uffd.Uffd;
import dev.faultline.uffd.UffdFeature;
import dev.faultline.uffd.internal.linux.NativeMemory;
import dev.faultline.uffd.memory.GuestMapping;
import dev.faultline.uffd.memory.Memfd;
import dev.faultline.uffd.memory.MemoryFile;
import dev.faultline.uffd.memory.PageSize;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A guest in the test's own process: one thread that checks and rewrites a working set for ever, and touches its memory
 * only in native state. Its device state is its counters, so that a rollback of memory is seen.
 */
public final class TestGuest implements Guest {
    private static final int BLOCK_BYTES = 4096;

    /** A region: its file, the guest's mapping of it, and its userfaultfd. */
    private record Ram(Memfd file, GuestMapping mapping, LinuxUffd uffd) {}

    private final List<Ram> rams = new ArrayList<>();
    private final long regionBytes;
    private final Pagemap kernelPagemap = LinuxPagemap.ofSelf();
    private final Pagemap pagemap = new Pagemap() {
        @Override
        public long scan(PagemapScan scan, PageRuns runs) {
            scans.add(state());
            return kernelPagemap.scan(scan, runs);
        }

        @Override
        public void close() {
            kernelPagemap.close();
        }
    };
    private final List<GuestRegion> regions = new ArrayList<>();
    private final int hotBlocks;
    private final long pauseNanosPerPass;
    private final Arena arena = Arena.ofShared();
    private final MemorySegment block = arena.allocate(BLOCK_BYTES, 8);
    private final Object turn = new Object();
    private final Thread thread;

    private GuestState state;
    private boolean stopped = true;
    private boolean ended;
    private boolean idle;
    private long lastPass = Long.MAX_VALUE;
    /** What it did at each scan of its memory. */
    final List<GuestState> scans = new CopyOnWriteArrayList<>();

    boolean writesPinnedPages;
    boolean refuseResume;
    boolean refuseLoad;
    Runnable beforePause = () -> {};
    Runnable beforeSave = () -> {};
    Runnable beforeLoad = () -> {};
    volatile int throttlePercent;
    private long owedRestNanos;
    private long pass = 1;
    private int index;
    final AtomicLong verified = new AtomicLong();
    volatile String corruption = "";

    /** Makes a guest of one region that is paused, or waits for a device state. */
    public TestGuest(long memoryBytes, PageSize pageSize, int hotBlocks, long pauseNanosPerPass, boolean incoming) {
        this(1, memoryBytes, pageSize, hotBlocks, pauseNanosPerPass, incoming);
    }

    /** Makes one of several regions of the same size, each with a userfaultfd of its own. */
    public TestGuest(
            int regionCount,
            long memoryBytes,
            PageSize pageSize,
            int hotBlocks,
            long pauseNanosPerPass,
            boolean incoming) {
        this.hotBlocks = hotBlocks;
        this.pauseNanosPerPass = pauseNanosPerPass;
        regionBytes = memoryBytes / regionCount;
        for (int i = 0; i < regionCount; i++) {
            Ram ram = newRam(pageSize);
            rams.add(ram);
            regions.add(
                    new GuestRegion(i, i == 0 ? "ram" : "ram" + i, ram.mapping().address(), ram.file()));
        }
        state = incoming ? GuestState.INCOMING : GuestState.PAUSED;
        thread = Thread.ofPlatform().name("test-guest").daemon().start(() -> {
            try {
                work();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        });
    }

    private Ram newRam(PageSize pageSize) {
        Memfd file = Memfd.create("faultline-test", regionBytes, pageSize);
        LinuxUffd uffd = LinuxUffd.open(EnumSet.of(
                UffdFeature.WP_ASYNC,
                UffdFeature.WP_UNPOPULATED,
                UffdFeature.WP_HUGETLBFS_SHMEM,
                UffdFeature.MINOR_SHMEM,
                UffdFeature.MINOR_HUGETLBFS,
                UffdFeature.MISSING_SHMEM,
                UffdFeature.MISSING_HUGETLBFS));
        return new Ram(file, file.mapGuest(), uffd);
    }

    /** {@return the memory of its first region} */
    public MemoryFile file() {
        return rams.getFirst().file();
    }

    private void work() throws InterruptedException {
        while (true) {
            synchronized (turn) {
                while ((state != GuestState.RUNNING || pass > lastPass) && !ended) {
                    stopped = true;
                    idle = pass > lastPass;
                    turn.notifyAll();
                    turn.wait();
                }
                if (ended) {
                    return;
                }
                stopped = false;
            }
            long begin = System.nanoTime();
            step();
            restAfter(System.nanoTime() - begin);
        }
    }

    /** As long as the throttle wants it for so much work, in rests that are long enough to be kept to. */
    private void restAfter(long workNanos) {
        int percent = throttlePercent;
        owedRestNanos += percent == 0 ? -owedRestNanos : workNanos * percent / (100 - percent);
        if (owedRestNanos > 1_000_000) {
            long begin = System.nanoTime();
            java.util.concurrent.locks.LockSupport.parkNanos(owedRestNanos);
            owedRestNanos -= System.nanoTime() - begin;
        }
    }

    /** Blocks are spread over all of memory, so that every huge page has some. */
    private long address(int block) {
        long stride = regionBytes * rams.size() / hotBlocks / BLOCK_BYTES * BLOCK_BYTES;
        long offset = block * stride;
        return rams.get((int) (offset / regionBytes)).mapping().address() + offset % regionBytes;
    }

    private void step() {
        fill(pass - 1);
        if (NativeMemory.compare(address(index), block.address(), BLOCK_BYTES) != 0 && corruption.isEmpty()) {
            corruption = "block " + index + " of " + hotBlocks + " is not of pass " + (pass - 1);
        }
        fill(pass);
        NativeMemory.copy(address(index), block.address(), BLOCK_BYTES);
        verified.incrementAndGet();
        index++;
        if (index == hotBlocks) {
            index = 0;
            pass++;
            if (pauseNanosPerPass > 0) {
                java.util.concurrent.locks.LockSupport.parkNanos(pauseNanosPerPass);
            }
        }
    }

    private void fill(long ofPass) {
        for (int i = 0; i < BLOCK_BYTES; i += Long.BYTES) {
            block.set(JAVA_LONG, i, ofPass == 0 ? 0 : ofPass * 0x9E3779B97F4A7C15L + index * 31L + i);
        }
    }

    @Override
    public long processId() {
        return ProcessHandle.current().pid();
    }

    @Override
    public String machine() {
        return "test guest";
    }

    @Override
    public List<GuestRegion> regions() {
        return List.copyOf(regions);
    }

    @Override
    public Uffd uffd(GuestRegion region) {
        return rams.get(region.id()).uffd();
    }

    @Override
    public Pagemap pagemap() {
        return pagemap;
    }

    @Override
    public GuestState state() {
        synchronized (turn) {
            return state;
        }
    }

    /** Lets the guest go over its working set that many times more, and then stand still although it "runs". */
    void allowPasses(long passes) {
        synchronized (turn) {
            lastPass = pass + passes - 1;
            idle = false;
            turn.notifyAll();
        }
    }

    /** Waits until the guest has done what it may. */
    void awaitIdle() {
        synchronized (turn) {
            while (!idle) {
                try {
                    turn.wait(100);
                } catch (InterruptedException e) {
                    throw new IllegalStateException(e);
                }
            }
        }
    }

    @Override
    public void pause() {
        beforePause.run();
        synchronized (turn) {
            state = GuestState.PAUSED;
            throttlePercent = 0;
            long deadline = System.nanoTime() + 5_000_000_000L;
            while (!stopped) {
                try {
                    turn.wait(100);
                } catch (InterruptedException e) {
                    throw new IllegalStateException(e);
                }
                if (System.nanoTime() > deadline) {
                    throw new GuestException("the guest's thread does not stop; it waits for a page");
                }
            }
        }
    }

    @Override
    public boolean canThrottle() {
        return true;
    }

    @Override
    public void throttle(int percent) {
        throttlePercent = percent;
    }

    @Override
    public void resume() {
        synchronized (turn) {
            if (state != GuestState.PAUSED && state != GuestState.RUNNING) {
                throw new GuestException("cannot resume a guest that is " + state);
            }
            if (refuseResume) {
                throw new GuestException("the machine refuses to run");
            }
            state = GuestState.RUNNING;
            turn.notifyAll();
        }
    }

    @Override
    public boolean writesPinnedPages() {
        return writesPinnedPages;
    }

    @Override
    public byte[] saveDeviceState() {
        beforeSave.run();
        return ByteBuffer.allocate(20)
                .putLong(pass)
                .putInt(index)
                .putLong(verified.get())
                .array();
    }

    @Override
    public void loadDeviceState(byte[] saved) {
        beforeLoad.run();
        synchronized (turn) {
            if (refuseLoad) {
                throw new GuestException("the device state is of another machine");
            }
            ByteBuffer in = ByteBuffer.wrap(saved);
            pass = in.getLong();
            index = in.getInt();
            verified.set(in.getLong());
            state = GuestState.PAUSED;
        }
    }

    @Override
    public void relinquish() {
        synchronized (turn) {
            if (state != GuestState.PAUSED && state != GuestState.RELINQUISHED) {
                throw new GuestException("a guest that is " + state + " is not given up");
            }
            state = GuestState.RELINQUISHED;
        }
    }

    @Override
    public void close() {
        synchronized (turn) {
            ended = true;
            turn.notifyAll();
        }
        // A thread that still waits for a page is let go by the kernel when the last descriptor closes.
        rams.forEach(ram -> ram.uffd().close());
        try {
            thread.join(java.time.Duration.ofSeconds(5));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        pagemap.close();
        for (Ram ram : rams) {
            ram.mapping().close();
            ram.file().close();
        }
        arena.close();
    }
}
