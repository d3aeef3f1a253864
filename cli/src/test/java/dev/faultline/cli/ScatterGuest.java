package dev.faultline.cli;

import dev.faultline.migration.guest.Guest;
import dev.faultline.migration.guest.GuestRegion;
import dev.faultline.migration.guest.GuestState;
import dev.faultline.uffd.LinuxPagemap;
import dev.faultline.uffd.LinuxUffd;
import dev.faultline.uffd.Pagemap;
import dev.faultline.uffd.Uffd;
import dev.faultline.uffd.UffdFeature;
import dev.faultline.uffd.memory.AliasMapping;
import dev.faultline.uffd.memory.GuestMapping;
import dev.faultline.uffd.memory.Memfd;
import dev.faultline.uffd.memory.PageSize;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.ByteBuffer;
import java.util.EnumSet;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.locks.LockSupport;

/**
 * A guest of 2 MiB pages full of random bytes that writes 4 KiB blocks all over its memory, each time another one, so many in a
 * second. A block begins with how often it was written, and each is looked at before it is written anew.
 */
final class ScatterGuest implements Guest {
    private static final int BLOCK_BYTES = 4096;
    private static final long NANOS = 1_000_000_000L;
    /** memcpy, an ordinary call: the memory is registered, and only native code may wait for a page of it. */
    private static final MethodHandle COPY = Linker.nativeLinker()
            .downcallHandle(
                    Linker.nativeLinker().defaultLookup().findOrThrow("memcpy"),
                    FunctionDescriptor.of(
                            ValueLayout.JAVA_LONG,
                            ValueLayout.JAVA_LONG,
                            ValueLayout.JAVA_LONG,
                            ValueLayout.JAVA_LONG));

    private final Memfd file;
    private final GuestMapping mapping;
    private final Uffd uffd;
    private final Pagemap pagemap = LinuxPagemap.ofSelf();
    private final Arena arena = Arena.ofShared();
    private final MemorySegment block = arena.allocate(BLOCK_BYTES, Long.BYTES);
    private final int[] versions;
    private final long pauseNanos;
    private final Thread thread;
    private GuestState state;
    private boolean busy;
    private boolean ended;
    private long steps;
    private volatile String wrong = "";

    ScatterGuest(long memoryBytes, int blocksPerSecond, boolean incoming) {
        file = Memfd.create("faultline-scatter", memoryBytes, PageSize.SIZE_2M);
        mapping = file.mapGuest();
        uffd = LinuxUffd.open(EnumSet.of(
                UffdFeature.WP_ASYNC,
                UffdFeature.WP_UNPOPULATED,
                UffdFeature.WP_HUGETLBFS_SHMEM,
                UffdFeature.MINOR_HUGETLBFS,
                UffdFeature.MISSING_HUGETLBFS));
        versions = new int[(int) (memoryBytes / BLOCK_BYTES)];
        pauseNanos = NANOS / blocksPerSecond;
        state = incoming ? GuestState.INCOMING : GuestState.PAUSED;
        if (!incoming) {
            fill();
        }
        thread = Thread.ofPlatform().daemon().name("scatter").start(this::work);
    }

    /** Random bytes, each block with its version, which is 0. */
    private void fill() {
        byte[] bytes = new byte[BLOCK_BYTES];
        SplittableRandom random = new SplittableRandom(1);
        try (AliasMapping alias = file.mapAlias()) {
            for (int i = 0; i < versions.length; i++) {
                random.nextBytes(bytes);
                MemorySegment at = alias.segment().asSlice((long) i * BLOCK_BYTES, BLOCK_BYTES);
                at.copyFrom(MemorySegment.ofArray(bytes));
                at.set(ValueLayout.JAVA_LONG, 0, 0);
            }
        }
    }

    private void work() {
        while (enter()) {
            step();
            leave();
            LockSupport.parkNanos(pauseNanos);
        }
    }

    private synchronized boolean enter() {
        while (state != GuestState.RUNNING && !ended) {
            await();
        }
        busy = true;
        return !ended;
    }

    private synchronized void leave() {
        busy = false;
        notifyAll();
    }

    @SuppressWarnings("WaitNotInLoop") // the callers loop
    private void await() {
        try {
            wait(100);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private void step() {
        steps++;
        int own = (int) Long.remainderUnsigned((steps * 0x9E3779B97F4A7C15L) >>> 17, versions.length);
        long address = mapping.address() + (long) own * BLOCK_BYTES;
        copy(block.address(), address);
        long found = block.get(ValueLayout.JAVA_LONG, 0);
        if (found != versions[own] && wrong.isEmpty()) {
            wrong = "block " + own + " is of version " + found + ", not " + versions[own];
        }
        versions[own]++;
        block.set(ValueLayout.JAVA_LONG, 0, versions[own]);
        copy(address, block.address());
    }

    private static void copy(long to, long from) {
        try {
            long _ = (long) COPY.invokeExact(to, from, (long) BLOCK_BYTES);
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }

    /** {@return what was wrong with a block, or an empty string} */
    String wrong() {
        return wrong;
    }

    synchronized long steps() {
        return steps;
    }

    @Override
    public long processId() {
        return ProcessHandle.current().pid();
    }

    @Override
    public String machine() {
        return "scatter";
    }

    @Override
    public List<GuestRegion> regions() {
        return List.of(new GuestRegion(0, "ram", mapping.address(), file));
    }

    @Override
    public Uffd uffd(GuestRegion region) {
        return uffd;
    }

    @Override
    public Pagemap pagemap() {
        return pagemap;
    }

    @Override
    public synchronized GuestState state() {
        return state;
    }

    @Override
    public synchronized void pause() {
        state = GuestState.PAUSED;
        while (busy) {
            await();
        }
    }

    @Override
    public synchronized void resume() {
        state = GuestState.RUNNING;
        notifyAll();
    }

    @Override
    public byte[] saveDeviceState() {
        ByteBuffer out = ByteBuffer.allocate(Long.BYTES + versions.length * Integer.BYTES);
        out.putLong(steps).asIntBuffer().put(versions);
        return out.array();
    }

    @Override
    public synchronized void loadDeviceState(byte[] saved) {
        ByteBuffer in = ByteBuffer.wrap(saved);
        steps = in.getLong();
        in.asIntBuffer().get(versions);
        state = GuestState.PAUSED;
    }

    @Override
    public synchronized void relinquish() {
        state = GuestState.RELINQUISHED;
    }

    @Override
    public void close() {
        synchronized (this) {
            ended = true;
            notifyAll();
        }
        uffd.close();
        try {
            thread.join(java.time.Duration.ofSeconds(5));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        pagemap.close();
        mapping.close();
        file.close();
        arena.close();
    }
}
