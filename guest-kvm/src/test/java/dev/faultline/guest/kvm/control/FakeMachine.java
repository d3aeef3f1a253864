package dev.faultline.guest.kvm.control;

import dev.faultline.guest.kvm.machine.Corruption;
import dev.faultline.guest.kvm.machine.Machine;
import dev.faultline.guest.kvm.machine.MachineStats;
import dev.faultline.guest.kvm.machine.MachineType;
import dev.faultline.guest.kvm.machine.VcpuStats;
import dev.faultline.guest.kvm.workload.MemoryMap;
import dev.faultline.guest.kvm.workload.Workload;
import dev.faultline.migration.guest.GuestState;
import dev.faultline.uffd.memory.PageSize;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/** A machine without a guest: it keeps a state, and lets a test stand in the way of a step. */
final class FakeMachine implements Machine {
    static final long MEMORY_BYTES = 8 << 20;

    /** What a test does in place of a step. */
    interface Hook {
        void run();
    }

    volatile Hook inPause = () -> {};
    volatile Hook inLoad = () -> {};
    volatile int percent;
    volatile byte[] deviceState = {1, 2, 3};
    final AtomicInteger inside = new AtomicInteger();
    final AtomicInteger mostInside = new AtomicInteger();
    private volatile GuestState state;

    FakeMachine(GuestState state) {
        this.state = state;
    }

    @Override
    public MachineType type() {
        return MachineType.NATIVE;
    }

    @Override
    public MemoryMap memoryMap() {
        Workload workload = Workload.of(2, 64 << 10).withPagesPerSecond(500);
        return MemoryMap.of(workload, MEMORY_BYTES, PageSize.SIZE_4K);
    }

    @Override
    public GuestState state() {
        return state;
    }

    @Override
    public void resume() {
        step(() -> {}, GuestState.RUNNING);
    }

    @Override
    public void pause() {
        step(inPause, GuestState.PAUSED);
    }

    @Override
    public void throttle(int newPercent) {
        percent = newPercent;
    }

    @Override
    public byte[] saveState() {
        return deviceState.clone();
    }

    @Override
    public void loadState(byte[] saved) {
        step(inLoad, GuestState.PAUSED);
        deviceState = saved.clone();
    }

    @Override
    public void relinquish() {
        step(() -> {}, GuestState.RELINQUISHED);
    }

    private void step(Hook hook, GuestState next) {
        mostInside.accumulateAndGet(inside.incrementAndGet(), Math::max);
        try {
            hook.run();
            state = next;
        } finally {
            inside.decrementAndGet();
        }
    }

    @Override
    public MachineStats stats() {
        Corruption corruption = new Corruption(1, 0x200000, 3, 5, 7);
        return new MachineStats(List.of(
                new VcpuStats(10, 20, 30, 4, 5, 0, null, 0, 1000, 700, null),
                new VcpuStats(1, 2, 3, 1, 1, 1, corruption, 0, 2000, 600, "vCPU 1 stopped")));
    }

    @Override
    public void close() {}
}
