package dev.faultline.migration.destination;

import dev.faultline.migration.guest.Guest;
import dev.faultline.migration.guest.GuestRegion;
import dev.faultline.migration.guest.GuestState;
import dev.faultline.uffd.Pagemap;
import dev.faultline.uffd.Uffd;
import dev.faultline.uffd.memory.Memfd;
import dev.faultline.uffd.memory.PageSize;
import java.util.List;

/** A guest that is nothing but two regions of memory, which nobody runs and nothing is registered of. */
public final class TwoRegions implements Guest {
    private final Memfd first;
    private final Memfd second;

    /** Makes it, with that many pages of 4 KiB in each region. */
    public TwoRegions(int firstPages, int secondPages) {
        first = Memfd.create("first", (long) firstPages << 12, PageSize.SIZE_4K);
        second = Memfd.create("second", (long) secondPages << 12, PageSize.SIZE_4K);
    }

    @Override
    public long processId() {
        return ProcessHandle.current().pid();
    }

    @Override
    public String machine() {
        return "two regions";
    }

    @Override
    public List<GuestRegion> regions() {
        return List.of(new GuestRegion(0, "first", 1L << 32, first), new GuestRegion(1, "second", 1L << 33, second));
    }

    @Override
    public GuestState state() {
        return GuestState.INCOMING;
    }

    @Override
    public Uffd uffd(GuestRegion region) {
        throw new UnsupportedOperationException("no fault is served");
    }

    @Override
    public Pagemap pagemap() {
        throw new UnsupportedOperationException("nothing is tracked");
    }

    @Override
    public void pause() {
        throw new UnsupportedOperationException("nothing runs");
    }

    @Override
    public void resume() {
        throw new UnsupportedOperationException("nothing runs");
    }

    @Override
    public byte[] saveDeviceState() {
        throw new UnsupportedOperationException("there are no devices");
    }

    @Override
    public void loadDeviceState(byte[] state) {
        throw new UnsupportedOperationException("there are no devices");
    }

    @Override
    public void relinquish() {
        throw new UnsupportedOperationException("nothing runs");
    }

    @Override
    public void close() {
        first.close();
        second.close();
    }
}
