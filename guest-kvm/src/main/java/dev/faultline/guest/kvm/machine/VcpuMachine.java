package dev.faultline.guest.kvm.machine;

import dev.faultline.guest.kvm.state.StateReader;
import dev.faultline.guest.kvm.workload.MemoryMap;
import dev.faultline.guest.kvm.workload.Workload;
import dev.faultline.migration.guest.GuestException;
import dev.faultline.migration.guest.GuestState;
import dev.faultline.uffd.memory.GuestMapping;
import dev.faultline.uffd.memory.Memfd;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** What all machines have in common: their vCPUs' threads, and what is allowed when. */
abstract sealed class VcpuMachine implements Machine permits KvmMachine, NativeMachine {
    private static final long STOP_LIMIT_SECONDS = 10;

    private final MachineType type;
    private final MemoryMap map;
    private final List<? extends GuestCpu> cpus;
    private final List<VcpuThread> threads = new ArrayList<>();
    private final Throttle throttle = new Throttle(this::kickAll);
    private long pagesPerSecond;
    private boolean closed;
    private volatile GuestState state;

    VcpuMachine(MachineType type, MemoryMap map, List<? extends GuestCpu> cpus, GuestState state) {
        this.type = type;
        this.map = map;
        this.cpus = List.copyOf(cpus);
        this.state = state;
        this.pagesPerSecond = map.workload().pagesPerSecond();
        for (int i = 0; i < cpus.size(); i++) {
            threads.add(new VcpuThread("vcpu-" + i, cpus.get(i), throttle));
        }
    }

    private void kickAll() {
        threads.forEach(VcpuThread::kickIfRunning);
    }

    static MemoryMap layOut(Workload workload, Memfd file, GuestMapping mapping) {
        if (mapping.lengthBytes() != file.lengthBytes()) {
            throw new IllegalArgumentException("a mapping of " + mapping.lengthBytes() + " bytes for a memory file of "
                    + file.lengthBytes() + " bytes");
        }
        return MemoryMap.of(workload, file.lengthBytes(), file.pageSize());
    }

    @Override
    public final MachineType type() {
        return type;
    }

    @Override
    public final MemoryMap memoryMap() {
        return map;
    }

    @Override
    public final GuestState state() {
        return state;
    }

    @Override
    public final synchronized void resume() {
        if (state == GuestState.RUNNING) {
            return;
        }
        require(GuestState.PAUSED, "be resumed");
        requireHealthy("be resumed");
        state = GuestState.RUNNING;
        threads.forEach(VcpuThread::start);
    }

    @Override
    public final synchronized void pause() {
        if (state == GuestState.PAUSED) {
            return;
        }
        require(GuestState.RUNNING, "be paused");
        VcpuThread stuck = stopAll();
        if (stuck != null) {
            threads.forEach(VcpuThread::keepRunning);
            throw new GuestException("The machine cannot be paused: " + describe(stuck) + " The guest runs on.");
        }
        throttle.set(0);
        state = GuestState.PAUSED;
    }

    /** Giving time back waits for nothing: who does it may be about to let go of a guest that cannot be paused. */
    @Override
    public final void throttle(int percent) {
        if (percent < 0 || percent > Throttle.MAX_PERCENT) {
            throw new GuestException("The machine cannot be throttled by " + percent + " %: 0 to "
                    + Throttle.MAX_PERCENT + " can be taken.");
        }
        if (percent == 0) {
            throttle.set(0);
            return;
        }
        synchronized (this) {
            require(GuestState.RUNNING, "be throttled");
            throttle.set(percent);
        }
    }

    /** Returns the thread that did not stop in time. */
    private @Nullable VcpuThread stopAll() {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(STOP_LIMIT_SECONDS);
        threads.forEach(VcpuThread::stop);
        for (VcpuThread thread : threads) {
            if (!thread.awaitStopped(deadline)) {
                return thread;
            }
        }
        return null;
    }

    private String describe(VcpuThread stuck) {
        return "vCPU " + threads.indexOf(stuck) + " did not stop in " + STOP_LIMIT_SECONDS
                + " s; it probably waits for a page fault that nobody answers.";
    }

    @Override
    public final synchronized byte[] saveState() {
        require(GuestState.PAUSED, "be saved");
        requireHealthy("be saved");
        return new MachineStateCodec(type, map).encode(cpus, pagesPerSecond);
    }

    @Override
    public final synchronized void loadState(byte[] saved) {
        require(GuestState.INCOMING, "load a state");
        StateReader in = new StateReader(saved);
        pagesPerSecond = new MachineStateCodec(type, map).decode(in, cpus);
        cpus.forEach(cpu -> cpu.pace(new Pacer(pagesPerSecond)));
        state = GuestState.PAUSED;
    }

    @Override
    public final synchronized void relinquish() {
        require(GuestState.PAUSED, "be relinquished");
        state = GuestState.RELINQUISHED;
    }

    @Override
    public final MachineStats stats() {
        List<VcpuStats> stats = new ArrayList<>(cpus.size());
        for (int i = 0; i < cpus.size(); i++) {
            stats.add(cpus.get(i).journal().stats(threads.get(i).failure()));
        }
        return new MachineStats(stats);
    }

    @Override
    public final synchronized void close() {
        if (closed) {
            return;
        }
        VcpuThread stuck = stopAll();
        if (stuck == null) {
            stuck = endAll();
        }
        if (stuck != null) {
            throw new GuestException("The machine cannot be closed: " + describe(stuck));
        }
        throttle.end();
        closed = true;
        state = GuestState.RELINQUISHED;
        cpus.forEach(GuestCpu::close);
        closeHypervisor();
    }

    /** A thread that still settles touches guest memory: nothing is given back before it has ended. */
    private @Nullable VcpuThread endAll() {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(STOP_LIMIT_SECONDS);
        threads.forEach(VcpuThread::end);
        for (VcpuThread thread : threads) {
            if (!thread.awaitEnded(deadline)) {
                return thread;
            }
        }
        return null;
    }

    /** Gives back what the machine has besides its vCPUs. */
    abstract void closeHypervisor();

    private void require(GuestState needed, String action) {
        if (state != needed) {
            throw new GuestException("The machine cannot " + action + ": it is " + state + ", not " + needed + ".");
        }
    }

    private void requireHealthy(String action) {
        stats().failure().ifPresent(failure -> {
            throw new GuestException("The machine cannot " + action + ": " + failure);
        });
    }
}
