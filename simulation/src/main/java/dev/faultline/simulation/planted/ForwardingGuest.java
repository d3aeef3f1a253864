package dev.faultline.simulation.planted;

import dev.faultline.migration.guest.Guest;
import dev.faultline.migration.guest.GuestRegion;
import dev.faultline.migration.guest.GuestState;
import dev.faultline.uffd.Pagemap;
import dev.faultline.uffd.Uffd;
import java.util.List;

/** A machine that does what another does. */
class ForwardingGuest implements Guest {
    private final Guest to;

    ForwardingGuest(Guest to) {
        this.to = to;
    }

    @Override
    public long processId() {
        return to.processId();
    }

    @Override
    public String machine() {
        return to.machine();
    }

    @Override
    public List<GuestRegion> regions() {
        return to.regions();
    }

    @Override
    public Uffd uffd(GuestRegion region) {
        return to.uffd(region);
    }

    @Override
    public Pagemap pagemap() {
        return to.pagemap();
    }

    @Override
    public GuestState state() {
        return to.state();
    }

    @Override
    public void pause() {
        to.pause();
    }

    @Override
    public void resume() {
        to.resume();
    }

    @Override
    public void freeze() {
        to.freeze();
    }

    @Override
    public byte[] saveDeviceState() {
        return to.saveDeviceState();
    }

    @Override
    public void loadDeviceState(byte[] state) {
        to.loadDeviceState(state);
    }

    @Override
    public void relinquish() {
        to.relinquish();
    }

    @Override
    public void close() {
        to.close();
    }
}
