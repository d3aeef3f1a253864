package dev.faultline.benchmarks.remote;

import dev.faultline.benchmarks.program.ToucherGuest;
import dev.faultline.migration.guest.Guest;
import dev.faultline.migration.guest.GuestRegion;
import dev.faultline.migration.guest.GuestState;
import dev.faultline.uffd.Pagemap;
import dev.faultline.uffd.Uffd;
import java.util.List;

/** A toucher's memory as a guest that can be moved: who touches it is told by somebody else when to begin. */
final class MovingToucher implements Guest {
    private final ToucherGuest memory;
    private final Runnable whenResumed;
    private GuestState state;

    MovingToucher(ToucherGuest memory, GuestState state, Runnable whenResumed) {
        this.memory = memory;
        this.state = state;
        this.whenResumed = whenResumed;
    }

    @Override
    public long processId() {
        return memory.processId();
    }

    @Override
    public String machine() {
        return memory.machine();
    }

    @Override
    public List<GuestRegion> regions() {
        return memory.regions();
    }

    @Override
    public Uffd uffd(GuestRegion region) {
        return memory.uffd(region);
    }

    @Override
    public Pagemap pagemap() {
        return memory.pagemap();
    }

    @Override
    public GuestState state() {
        return state;
    }

    @Override
    public void pause() {
        state = GuestState.PAUSED;
    }

    @Override
    public void resume() {
        state = GuestState.RUNNING;
        whenResumed.run();
    }

    @Override
    public byte[] saveDeviceState() {
        return new byte[1];
    }

    @Override
    public void loadDeviceState(byte[] saved) {
        state = GuestState.PAUSED;
    }

    @Override
    public void relinquish() {
        state = GuestState.RELINQUISHED;
    }

    @Override
    public void close() {
        memory.close();
    }
}
