package dev.faultline.simulation.vm;

import dev.faultline.migration.guest.Guest;
import dev.faultline.migration.guest.GuestException;
import dev.faultline.migration.guest.GuestRegion;
import dev.faultline.migration.guest.GuestState;
import dev.faultline.uffd.Pagemap;
import dev.faultline.uffd.Uffd;
import java.util.List;

/** A machine as its engine reaches it. When the engine is killed, {@link #close} is what its kernel does for it. */
public final class SimAttachment implements Guest {
    private static final long QUERY_NANOS = 20_000;

    private final SimVm vm;
    private final Pagemap pagemap;

    /**
     * Attaches.
     *
     * @throws GuestException if the machine has gone, or another engine is attached to it
     */
    public SimAttachment(SimVm vm) {
        this.vm = vm;
        pagemap = vm.pagemap();
        requireAlive();
        vm.claim().take(this);
    }

    private void requireAlive() {
        if (!vm.isAlive()) {
            throw new GuestException("The guest process has gone");
        }
    }

    /** All machines live in this process, and each host has a directory of journals of its own. */
    @Override
    public long processId() {
        return ProcessHandle.current().pid();
    }

    @Override
    public String machine() {
        return "simulated machine";
    }

    @Override
    public List<GuestRegion> regions() {
        return vm.regions();
    }

    @Override
    public Uffd uffd(GuestRegion region) {
        return vm.uffd(region);
    }

    @Override
    public Pagemap pagemap() {
        return pagemap;
    }

    /** A query waits for no command. */
    @Override
    public GuestState state() {
        vm.world().time().pass(QUERY_NANOS);
        requireAlive();
        return vm.state();
    }

    @Override
    public void pause() {
        vm.call("pause", vm::pause);
    }

    @Override
    public void resume() {
        vm.call("resume", vm::resume);
    }

    @Override
    public byte[] saveDeviceState() {
        return vm.call("save-state", vm::save);
    }

    @Override
    public void loadDeviceState(byte[] state) {
        vm.call("load-state", () -> vm.load(state));
    }

    @Override
    public void relinquish() {
        vm.call("relinquish", vm::relinquish);
    }

    @Override
    public void close() {
        vm.claim().end(this);
    }
}
